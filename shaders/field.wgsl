// What was measured of a plane of latent space, drawn under the cloud: values on a grid, smooth in between, as colours
// with a few lines of equal height. A place that gave no number stays empty.

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
    opacity: f32,
    padding: f32,
    colors: ColorStops,
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

struct Found {
    value: f32,
    // How much it changes per cell to the right and downwards.
    slope: vec2<f32>,
    is_number: bool,
};

// A shader may not ask whether something is a number, so a place without one comes as a value below zero; nothing is
// measured that is less than nothing. Beside such a place its neighbour's value goes on.
fn value_or(place: vec2<u32>, near: f32) -> f32 {
    let value = values[place.y * field.grid.x + place.x];
    return select(value, near, value < 0.0);
}

// What was measured at a place of the grid.
fn value_at(place: vec2<f32>) -> Found {
    let last = vec2<f32>(field.grid) - 1.0;
    let inside = clamp(place, vec2<f32>(0.0), last);
    let first = vec2<u32>(inside);
    let next = min(first + 1u, vec2<u32>(last));
    let share = inside - vec2<f32>(first);
    let middle = vec2<u32>(inside + 0.5);
    let near = values[middle.y * field.grid.x + middle.x];
    let upper_left = value_or(first, near);
    let upper_right = value_or(vec2<u32>(next.x, first.y), near);
    let lower_left = value_or(vec2<u32>(first.x, next.y), near);
    let lower_right = value_or(next, near);
    let upper = mix(upper_left, upper_right, share.x);
    let lower = mix(lower_left, lower_right, share.x);
    let rightwards = mix(upper_right - upper_left, lower_right - lower_left, share.y);
    return Found(mix(upper, lower, share.y), vec2<f32>(rightwards, lower - upper), near >= 0.0);
}

// The colour of a fraction of the range.
fn color_of(share: f32) -> vec3<f32> {
    let place = place_among(share, field.colors.low, field.colors.last);
    let first = u32(min(place, field.colors.last - 1.0));
    return mix(field.colors.stops[first].rgb, field.colors.stops[first + 1u].rgb, place - f32(first));
}

@fragment
fn height(in: Corner) -> @location(0) vec4<f32> {
    let at = (in.pixel - field.origin) / field.size;
    // Values stand in the middles of their cells.
    let found = value_at(at * vec2<f32>(field.grid) - 0.5);
    let range = max(field.high - field.low, 1e-12);
    let share = (found.value - field.low) / range;
    // How many pixels away the nearest line is. A flat place has none, nor has one that is nearly nothing, or more than
    // the colours reach to.
    let steps = share * STEPS;
    let slope = length(found.slope * vec2<f32>(field.grid) / field.size) / range * STEPS;
    let away = abs(fract(steps - 0.5) - 0.5) / max(slope, 1e-6);
    let has_line = slope > 1e-5 && steps > 0.5 && steps < STEPS + 0.5;
    let line = select(0.0, LINE * (1.0 - smoothstep(0.4, 1.3, away)), has_line);
    let color = mix(color_of(share), vec3<f32>(1.0), line);
    let is_inside = all(at >= vec2<f32>(0.0)) && all(at <= vec2<f32>(1.0));
    let opacity = select(0.0, field.opacity, is_inside && found.is_number);
    return encoded(vec4<f32>(clamp(color, vec3<f32>(0.0), vec3<f32>(1.0)), 1.0) * opacity);
}
