// Lays out images as tiles in a texture, one texel per image pixel, and turns grey values into colours.
// The source is a tensor as Burn keeps it, or pixels uploaded from the host: floats, image after image, channel
// after channel. Colours are written gamma-encoded, as egui's textures are.

struct Layout {
    // Where the tiles begin in the texture.
    origin: vec2<u32>,
    // Width and height of a tile.
    tile: vec2<u32>,
    columns: u32,
    // Tiles to draw; the cells beyond stay untouched.
    count: u32,
    channels: u32,
    // See ColorMap in gpu/canvas.rs.
    color_map: u32,
    // First cell of the grid to fill.
    first: u32,
    padding_a: u32,
    // Grey values that become the ends of the colour map.
    low: f32,
    high: f32,
};

@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<uniform> grid: Layout;
@group(0) @binding(2) var target_texture: texture_storage_2d<rgba8unorm, write>;

// Polynomial fits to matplotlib's viridis and magma maps (both maps are CC0).
fn viridis(t: f32) -> vec3<f32> {
    let c0 = vec3<f32>(0.27772733, 0.00540734, 0.33409981);
    let c1 = vec3<f32>(0.10509304, 1.40461353, 1.38459016);
    let c2 = vec3<f32>(-0.33086183, 0.21484756, 0.09509516);
    let c3 = vec3<f32>(-4.63423050, -5.79910097, -19.33244096);
    let c4 = vec3<f32>(6.22826994, 14.17993337, 56.69055260);
    let c5 = vec3<f32>(4.77638500, -13.74514538, -65.35303263);
    let c6 = vec3<f32>(-5.43545586, 4.64585261, 26.31243525);
    return c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * (c5 + t * c6)))));
}

fn magma(t: f32) -> vec3<f32> {
    let c0 = vec3<f32>(-0.00213649, -0.00074966, -0.00538613);
    let c1 = vec3<f32>(0.25166054, 0.67752324, 2.49402660);
    let c2 = vec3<f32>(8.35371728, -3.57771951, 0.31446790);
    let c3 = vec3<f32>(-27.66873309, 14.26473078, -13.64921319);
    let c4 = vec3<f32>(52.17613981, -27.94360607, 12.94416944);
    let c5 = vec3<f32>(-50.76852536, 29.04658282, 4.23415300);
    let c6 = vec3<f32>(18.65570507, -11.48976352, -5.60196151);
    return c0 + t * (c1 + t * (c2 + t * (c3 + t * (c4 + t * (c5 + t * c6)))));
}

// A signed value: blue below zero, red above, the ground at zero.
fn difference(value: f32, ground: vec3<f32>) -> vec3<f32> {
    let cold = vec3<f32>(0.18, 0.40, 0.95);
    let warm = vec3<f32>(0.95, 0.28, 0.15);
    let hue = select(cold, warm, value > 0.0);
    return mix(ground, hue, clamp(abs(value), 0.0, 1.0));
}

fn color(value: f32) -> vec3<f32> {
    let t = clamp((value - grid.low) / (grid.high - grid.low), 0.0, 1.0);
    switch grid.color_map {
        case 1u: { return vec3<f32>(1.0 - t); }
        case 2u: { return viridis(t); }
        case 3u: { return magma(t); }
        case 4u: { return difference(value / grid.high, vec3<f32>(0.0)); }
        case 5u: { return difference(value / grid.high, vec3<f32>(1.0)); }
        default: { return vec3<f32>(t); }
    }
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let cell = id.xy / grid.tile;
    if cell.x >= grid.columns { return; }
    let index = cell.y * grid.columns + cell.x;
    if index < grid.first || index - grid.first >= grid.count { return; }
    let pixel = id.xy % grid.tile;
    let area = grid.tile.x * grid.tile.y;
    let base = (index - grid.first) * area * grid.channels + pixel.y * grid.tile.x + pixel.x;
    var rgb: vec3<f32>;
    if grid.channels == 3u {
        rgb = vec3<f32>(source[base], source[base + area], source[base + 2u * area]);
    } else {
        rgb = color(source[base]);
    }
    textureStore(target_texture, vec2<i32>(grid.origin + id.xy), vec4<f32>(clamp(rgb, vec3<f32>(0.0), vec3<f32>(1.0)), 1.0));
}
