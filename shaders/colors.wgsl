// Colour maps, gamma-encoded. The host hands over the colours of the one that is used (`ColorStops` in
// src/look/colormap.rs): a table in the shader would be copied for every pixel by software adapters.
struct ColorStops {
    // Evenly spaced, with straight lines in between; the fourth number is unused.
    stops: array<vec4<f32>, 17>,
    // The value of the first colour; that of the last one is 1.
    low: f32,
    // The number of the last colour.
    last: f32,
    padding: vec2<f32>,
};

// Where a value is among the colours; what lies outside takes the nearest end.
fn place_among(value: f32, low: f32, last: f32) -> f32 {
    return clamp((value - low) / (1.0 - low), 0.0, 1.0) * last;
}
