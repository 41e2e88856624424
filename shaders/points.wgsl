// The points of the cloud, straight from a buffer: each has a place, the place it had before, a colour and a glyph.
// A glyph is two triangles with a texture; a dot is a square cut out of one triangle, which is cheaper to draw.
// Colours are gamma-encoded, as egui's are; what the target wants is in overlay.wgsl.

struct View {
    // The place in the middle of the map, in latent units, and where it is in pixels of the viewport.
    center: vec2<f32>,
    origin: vec2<f32>,
    viewport: vec2<f32>,
    // Pixels per latent unit.
    scale: f32,
    // Side of a glyph or a dot, in pixels.
    side: f32,
    // How far points have moved to their place.
    fraction: f32,
    // Corners per point: 6 for glyphs, 3 for dots.
    corners: u32,
    padding_a: u32,
    padding_b: u32,
};

struct Point {
    place: vec2<f32>,
    before: vec2<f32>,
    color: u32,
    glyph: u32,
};

@group(0) @binding(0) var<uniform> view: View;
@group(0) @binding(1) var<storage, read> points: array<Point>;
@group(0) @binding(2) var atlas: texture_2d<f32>;
@group(0) @binding(3) var atlas_sampler: sampler;

// Glyphs side by side in the atlas.
const GLYPHS: f32 = 10.0;
struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) inside: vec2<f32>,
    @location(1) @interpolate(flat) color: u32,
    @location(2) @interpolate(flat) glyph: u32,
};

@vertex
fn corner(@builtin(vertex_index) index: u32) -> Corner {
    let point = points[index / view.corners];
    let number = index % view.corners;
    let at = mix(point.before, point.place, view.fraction) - view.center;
    var middle = view.origin + vec2<f32>(at.x, -at.y) * view.scale;
    var inside: vec2<f32>;
    if view.corners == 3u {
        // One triangle twice as long as the dot holds it. Dots begin at whole pixels, so that all are equally large.
        middle = round(middle - 0.5 * view.side) + 0.5 * view.side;
        inside = vec2<f32>(select(0.0, 2.0, number == 1u), select(0.0, 2.0, number == 2u));
    } else {
        let is_right = number == 1u || number == 3u || number == 4u;
        let is_low = number == 2u || number == 4u || number == 5u;
        inside = vec2<f32>(select(0.0, 1.0, is_right), select(0.0, 1.0, is_low));
    }
    let pixel = middle + (inside - 0.5) * view.side;
    let clip = pixel / view.viewport * vec2<f32>(2.0, -2.0) + vec2<f32>(-1.0, 1.0);
    let is_shown = all(middle > vec2<f32>(-view.side)) && all(middle < view.viewport + view.side);
    var out: Corner;
    // Beyond the far end of the depth nothing is drawn.
    out.position = select(vec4<f32>(0.0, 0.0, 2.0, 1.0), vec4<f32>(clip, 0.0, 1.0), is_shown);
    out.inside = inside;
    out.color = point.color;
    out.glyph = point.glyph;
    return out;
}

@fragment
fn glyph(in: Corner) -> @location(0) vec4<f32> {
    let at = vec2<f32>((f32(in.glyph) + in.inside.x) / GLYPHS, in.inside.y);
    return encoded(unpack4x8unorm(in.color) * textureSample(atlas, atlas_sampler, at));
}

@fragment
fn dot_of(in: Corner) -> @location(0) vec4<f32> {
    if any(in.inside > vec2<f32>(1.0)) { discard; }
    return encoded(unpack4x8unorm(in.color));
}
