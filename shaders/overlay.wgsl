// What egui draws onto, for shaders that draw within its pass; each of them is put behind this text.

// Whether the target turns linear numbers into gamma-encoded ones itself.
override is_linear: bool = false;

fn linear_from_gamma(color: vec3<f32>) -> vec3<f32> {
    let low = color / 12.92;
    let high = pow((color + 0.055) / 1.055, vec3<f32>(2.4));
    return select(high, low, color < vec3<f32>(0.04045));
}

// A gamma-encoded colour, multiplied by its opacity, as the target wants it.
fn encoded(color: vec4<f32>) -> vec4<f32> {
    if is_linear {
        return vec4<f32>(linear_from_gamma(color.rgb), color.a);
    }
    return color;
}

