//! What is painted into a texture is what was given, whichever way it came there.

use burn::tensor::{Tensor, TensorData};
use hourglass::gpu::painter::Placement;
use hourglass::gpu::{ColorMap, Graphics, Painter, Tiles};

use super::{canvas, compare, gpu, texels};

#[test]
fn a_painted_tensor_is_the_image_within_one_grey_level() {
    let Some(gpu) = gpu() else { return };
    let painter = Painter::new(&gpu.graphics).expect("compute shaders");
    let tiles = Tiles::single(7, 5, 1).grid(3, 2);
    let numbers: Vec<f32> = (0..tiles.count() * tiles.values()).map(|i| (i as f32 * 0.618).fract()).collect();
    let tensor = Tensor::<2>::from_data(TensorData::new(numbers.clone(), [6, 35]), &gpu.device);
    let canvas = canvas(&gpu.graphics, tiles);
    painter.paint_tensor(&canvas, Placement::all(tiles, ColorMap::Grey), tensor).expect("painted");
    compare(&texels(&gpu.graphics, &canvas), &numbers, tiles);
}

#[test]
fn uploaded_pixels_look_like_painted_tensors() {
    let Some(gpu) = gpu() else { return };
    let mut painter = Painter::new(&gpu.graphics).expect("compute shaders");
    for channels in [1, 3] {
        let tiles = Tiles::single(6, 4, channels).grid(2, 3);
        let numbers: Vec<f32> =
            (0..tiles.count() * tiles.values()).map(|i| (i as f32 * 0.37).fract()).collect();
        let canvas = canvas(&gpu.graphics, tiles);
        painter.paint_pixels(&canvas, Placement::all(tiles, ColorMap::Grey), &numbers);
        compare(&texels(&gpu.graphics, &canvas), &numbers, tiles);
    }
}

#[test]
fn a_later_chunk_of_tiles_leaves_the_earlier_ones_alone() {
    let Some(gpu) = gpu() else { return };
    let mut painter = Painter::new(&gpu.graphics).expect("compute shaders");
    let tiles = Tiles::single(4, 4, 1).grid(4, 2);
    let canvas = canvas(&gpu.graphics, tiles);
    let numbers: Vec<f32> = (0..8 * 16).map(|i| (i as f32 * 0.123).fract()).collect();
    for (first, part) in [(0, &numbers[..80]), (5, &numbers[80..])] {
        let place =
            Placement { first, count: part.len() as u32 / 16, ..Placement::all(tiles, ColorMap::Grey) };
        painter.paint_pixels(&canvas, place, part);
    }
    compare(&texels(&gpu.graphics, &canvas), &numbers, tiles);
}

#[test]
fn a_sheet_larger_than_a_binding_is_painted_whole() {
    let Some(gpu) = gpu() else { return };
    let mut painter = Painter::new(&gpu.graphics).expect("compute shaders");
    // 702 tiles of 192 KiB are more than the 128 MiB that every device takes at once.
    let tiles = Tiles::single(128, 128, 3).grid(27, 26);
    let number = |i: usize| (i as f32 * 0.618).fract();
    let numbers: Vec<f32> = (0..tiles.count() * tiles.values()).map(number).collect();
    assert!(size_of_val(&numbers[..]) > 128 << 20, "it is meant to be large");
    let canvas = canvas(&gpu.graphics, tiles);
    painter.paint_pixels(&canvas, Placement::all(tiles, ColorMap::Grey), &numbers);
    compare(&texels(&gpu.graphics, &canvas), &numbers, tiles);
}

#[test]
fn a_colour_difference_is_the_mean_over_its_channels_in_blue_and_red() {
    let Some(gpu) = gpu() else { return };
    let mut painter = Painter::new(&gpu.graphics).expect("compute shaders");
    let color = Tiles::single(2, 3, 3).grid(2, 1);
    let numbers: Vec<f32> = (0..36).map(|i| (i as f32 * 1.7).sin()).collect();
    let means = numbers
        .chunks(18)
        .flat_map(|tile| (0..6).map(|i| (tile[i] + tile[6 + i] + tile[12 + i]) / 3.0).collect::<Vec<f32>>());
    let means: Vec<f32> = means.collect();
    assert!(means.iter().any(|mean| *mean < -0.1) && means.iter().any(|mean| *mean > 0.1));
    let grey = Tiles::single(2, 3, 1).grid(2, 1);
    let [got, want] = [(color, &numbers), (grey, &means)].map(|(tiles, numbers)| {
        let canvas = canvas(&gpu.graphics, tiles);
        painter.paint_pixels(&canvas, Placement::all(tiles, ColorMap::Difference), numbers);
        texels(&gpu.graphics, &canvas)
    });
    for (at, (got, want)) in got.iter().zip(&want).enumerate() {
        let far = got.iter().zip(want).map(|(got, want)| got.abs_diff(*want)).max();
        assert!(far <= Some(1), "texel {at}: got {got:?}, want {want:?} ± 1");
    }
}

#[test]
fn the_shaders_have_the_colour_maps_of_the_figures() {
    let Some(gpu) = gpu() else { return };
    let mut painter = Painter::new(&gpu.graphics).expect("compute shaders");
    // From beyond one end of a difference to beyond the other; a sequential map cuts the half below zero.
    let ramp: Vec<f32> = (-600..=600).map(|i| i as f32 / 512.0).collect();
    let tiles = Tiles::single(1, ramp.len(), 1);
    for map in [ColorMap::Grey, ColorMap::Viridis, ColorMap::Magma, ColorMap::Difference] {
        let canvas = canvas(&gpu.graphics, tiles);
        painter.paint_pixels(&canvas, Placement::all(tiles, map), &ramp);
        for (got, value) in texels(&gpu.graphics, &canvas).iter().zip(&ramp) {
            let want = map.color(*value);
            let far = got.iter().zip(want).map(|(got, want)| got.abs_diff(want)).max();
            assert!(far <= Some(1), "{} of {value}: got {got:?}, want {want:?} ± 1", map.name());
        }
    }
}

#[test]
fn a_picture_that_cannot_be_painted_harms_no_later_one_on_a_device_that_burn_never_saw() {
    if gpu().is_none() {
        return;
    }
    let graphics = Graphics::headless(None).expect("an adapter");
    let mut painter = Painter::new(&graphics).expect("compute shaders");
    let tiles = Tiles::single(4, 4, 1).grid(2, 1);
    let numbers: Vec<f32> = (0..32).map(|i| (i as f32 * 0.123).fract()).collect();
    let good = canvas(&graphics, tiles);
    // A texture that no shader may write to: the device refuses it.
    let mut bad = good.clone();
    bad.texture = graphics.device.create_texture(&wgpu::TextureDescriptor {
        label: None,
        size: good.texture.size(),
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format: wgpu::TextureFormat::Rgba8Unorm,
        usage: wgpu::TextureUsages::TEXTURE_BINDING,
        view_formats: &[],
    });
    for canvas in [&bad, &good] {
        painter.paint_pixels(canvas, Placement::all(tiles, ColorMap::Grey), &numbers);
    }
    compare(&texels(&graphics, &good), &numbers, tiles);
}
