// Numbers as colours, gamma-encoded; every shader that needs them is put behind this text. The tables are those of
// src/look/colormap.rs, with straight lines in between; a test holds both equal within one level of 255.

const VIRIDIS = array<vec3<f32>, 17>(
    vec3<f32>(68.0, 1.0, 84.0),
    vec3<f32>(72.0, 24.0, 106.0),
    vec3<f32>(71.0, 45.0, 123.0),
    vec3<f32>(66.0, 64.0, 134.0),
    vec3<f32>(59.0, 82.0, 139.0),
    vec3<f32>(51.0, 99.0, 141.0),
    vec3<f32>(44.0, 114.0, 142.0),
    vec3<f32>(38.0, 129.0, 142.0),
    vec3<f32>(33.0, 144.0, 140.0),
    vec3<f32>(31.0, 159.0, 136.0),
    vec3<f32>(40.0, 174.0, 128.0),
    vec3<f32>(62.0, 188.0, 116.0),
    vec3<f32>(93.0, 201.0, 99.0),
    vec3<f32>(130.0, 211.0, 76.0),
    vec3<f32>(171.0, 220.0, 50.0),
    vec3<f32>(213.0, 226.0, 26.0),
    vec3<f32>(253.0, 231.0, 37.0),
);

const MAGMA = array<vec3<f32>, 17>(
    vec3<f32>(0.0, 0.0, 4.0),
    vec3<f32>(10.0, 8.0, 34.0),
    vec3<f32>(29.0, 17.0, 70.0),
    vec3<f32>(54.0, 16.0, 106.0),
    vec3<f32>(80.0, 18.0, 124.0),
    vec3<f32>(105.0, 28.0, 129.0),
    vec3<f32>(130.0, 38.0, 129.0),
    vec3<f32>(156.0, 46.0, 127.0),
    vec3<f32>(182.0, 55.0, 121.0),
    vec3<f32>(207.0, 65.0, 112.0),
    vec3<f32>(230.0, 81.0, 99.0),
    vec3<f32>(245.0, 105.0, 92.0),
    vec3<f32>(251.0, 135.0, 97.0),
    vec3<f32>(254.0, 165.0, 113.0),
    vec3<f32>(254.0, 195.0, 135.0),
    vec3<f32>(253.0, 224.0, 162.0),
    vec3<f32>(252.0, 253.0, 191.0),
);

// Blue over black to red.
const BLUE_BLACK_RED = array<vec3<f32>, 5>(
    vec3<f32>(92.0, 160.0, 255.0),
    vec3<f32>(36.0, 88.0, 214.0),
    vec3<f32>(0.0, 0.0, 0.0),
    vec3<f32>(200.0, 48.0, 32.0),
    vec3<f32>(255.0, 116.0, 92.0),
);

// From 0 to 1.
fn viridis(t: f32) -> vec3<f32> {
    var stops = VIRIDIS;
    let place = clamp(t, 0.0, 1.0) * 16.0;
    let first = min(u32(place), 15u);
    return mix(stops[first], stops[first + 1u], place - f32(first)) / 255.0;
}

// From 0 to 1.
fn magma(t: f32) -> vec3<f32> {
    var stops = MAGMA;
    let place = clamp(t, 0.0, 1.0) * 16.0;
    let first = min(u32(place), 15u);
    return mix(stops[first], stops[first + 1u], place - f32(first)) / 255.0;
}

// A signed value from -1 to 1: blue below zero, black at zero, red above.
fn difference(value: f32) -> vec3<f32> {
    var stops = BLUE_BLACK_RED;
    let place = clamp(0.5 + 0.5 * value, 0.0, 1.0) * 4.0;
    let first = min(u32(place), 3u);
    return mix(stops[first], stops[first + 1u], place - f32(first)) / 255.0;
}
