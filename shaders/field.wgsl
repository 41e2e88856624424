// What was measured of a plane of latent space, drawn under the cloud: values on a grid, smooth in between, as colours
// with a few lines of equal height.

struct Field {
    // Where the field lies, in pixels of the viewport.
    origin: vec2<f32>,
    size: vec2<f32>,
    viewport: vec2<f32>,
    // Places to the right and downwards.
    grid: vec2<u32>,
    // Values that become the ends of the colours.
    low: f32,
    high: f32,
    // 1 is magma, else viridis.
    is_magma: u32,
    opacity: f32,
};

@group(0) @binding(0) var<uniform> field: Field;
// Row by row from the top.
@group(0) @binding(1) var<storage, read> values: array<f32>;

// Steps between lines of equal height, over the whole range.
const STEPS: f32 = 6.0;
// How much a line brightens what it lies on.
const LINE: f32 = 0.35;

struct Corner {
    @builtin(position) position: vec4<f32>,
    @location(0) pixel: vec2<f32>,
};

@vertex
fn corner(@builtin(vertex_index) index: u32) -> Corner {
    // One triangle twice as large as the viewport covers it.
    let clip = vec2<f32>(select(-1.0, 3.0, index == 1u), select(-1.0, 3.0, index == 2u));
    var out: Corner;
    out.position = vec4<f32>(clip, 0.0, 1.0);
    out.pixel = (clip * vec2<f32>(0.5, -0.5) + 0.5) * field.viewport;
    return out;
}

fn value_at(place: vec2<f32>) -> f32 {
    let last = vec2<f32>(field.grid) - 1.0;
    let inside = clamp(place, vec2<f32>(0.0), last);
    let first = vec2<u32>(inside);
    let next = min(first + 1u, vec2<u32>(last));
    let share = inside - vec2<f32>(first);
    let upper = mix(values[first.y * field.grid.x + first.x], values[first.y * field.grid.x + next.x], share.x);
    let lower = mix(values[next.y * field.grid.x + first.x], values[next.y * field.grid.x + next.x], share.x);
    return mix(upper, lower, share.y);
}

@fragment
fn height(in: Corner) -> @location(0) vec4<f32> {
    let at = (in.pixel - field.origin) / field.size;
    // Values stand in the middles of their cells.
    let value = value_at(at * vec2<f32>(field.grid) - 0.5);
    let share = (value - field.low) / max(field.high - field.low, 1e-12);
    // How many pixels away the nearest line is; a flat place has none.
    let steps = share * STEPS;
    let slope = fwidth(steps);
    let away = abs(fract(steps - 0.5) - 0.5) / max(slope, 1e-6);
    let line = select(0.0, LINE * (1.0 - smoothstep(0.4, 1.3, away)), slope > 1e-5);
    let t = clamp(share, 0.0, 1.0);
    let color = mix(select(viridis(t), magma(t), field.is_magma == 1u), vec3<f32>(1.0), line);
    let is_inside = all(at >= vec2<f32>(0.0)) && all(at <= vec2<f32>(1.0));
    let opacity = select(0.0, field.opacity, is_inside);
    return encoded(vec4<f32>(clamp(color, vec3<f32>(0.0), vec3<f32>(1.0)), 1.0) * opacity);
}
