// Lays out images as tiles in a texture, one texel per image pixel, and turns grey values into colours.
// The source is a tensor as Burn keeps it, or pixels uploaded from the host: floats, image after image, channel
// after channel. Colours are written gamma-encoded, as egui's textures are. The colour maps are in colors.wgsl.

// `LayoutUniform` in gpu/painter.rs has the same fields.
struct Layout {
    // Where the tiles begin in the texture.
    origin: vec2<u32>,
    // Width and height of a tile.
    tile: vec2<u32>,
    columns: u32,
    // Tiles to draw; the cells beyond stay untouched.
    count: u32,
    channels: u32,
    // First cell of the grid to fill.
    first: u32,
    // Rows of texels above the row of that cell.
    above: u32,
    padding_a: u32,
    padding_b: u32,
    padding_c: u32,
    colors: ColorStops,
};

@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<uniform> grid: Layout;
@group(0) @binding(2) var target_texture: texture_storage_2d<rgba8unorm, write>;

fn color(value: f32) -> vec3<f32> {
    let place = place_among(value, grid.colors.low, grid.colors.last);
    let first = u32(min(place, grid.colors.last - 1.0));
    return mix(grid.colors.stops[first].rgb, grid.colors.stops[first + 1u].rgb, place - f32(first));
}

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
    let at = id.xy + vec2<u32>(0u, grid.above);
    let cell = at / grid.tile;
    if cell.x >= grid.columns { return; }
    let index = cell.y * grid.columns + cell.x;
    if index < grid.first || index - grid.first >= grid.count { return; }
    let pixel = at % grid.tile;
    let area = grid.tile.x * grid.tile.y;
    let base = (index - grid.first) * area * grid.channels + pixel.y * grid.tile.x + pixel.x;
    var rgb: vec3<f32>;
    // Signed values in three channels are one difference, their mean; an image shows its own colours.
    let is_signed = grid.colors.low < 0.0;
    if grid.channels == 3u && is_signed {
        rgb = color((source[base] + source[base + area] + source[base + 2u * area]) / 3.0);
    } else if grid.channels == 3u {
        rgb = vec3<f32>(source[base], source[base + area], source[base + 2u * area]);
    } else {
        rgb = color(source[base]);
    }
    textureStore(target_texture, vec2<i32>(grid.origin + at), vec4<f32>(clamp(rgb, vec3<f32>(0.0), vec3<f32>(1.0)), 1.0));
}
