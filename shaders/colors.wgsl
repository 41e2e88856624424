// Numbers as colours, gamma-encoded. Every shader that needs them is put behind this text.

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

