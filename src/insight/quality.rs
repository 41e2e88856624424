//! How much a picture looks like another: the peak signal-to-noise ratio, and the structural similarity (SSIM) of Wang
//! and others 2004.
//!
//! On the host, no tensors.

use crate::data::ImageShape;

/// The Gaussian window of the similarity: its radius in pixels and its standard deviation.
const RADIUS: usize = 5;
const SPREAD: f64 = 1.5;
/// Constants that keep the similarity from dividing by zero, for pixels from 0 to 1.
const STABLE: [f64; 2] = [0.01 * 0.01, 0.03 * 0.03];

/// 10 · log₁₀(1 / mean squared error) in dB, for pixels from 0 to 1; infinite for the same image.
pub fn peak_signal_to_noise(image: &[f32], other: &[f32]) -> f64 {
    let squares: f64 = image.iter().zip(other).map(|(x, y)| f64::from(x - y).powi(2)).sum();
    10.0 * (image.len() as f64 / squares).log10()
}

/// The mean similarity over all windows that lie inside the image, averaged over channels: 1 for the same image. An image
/// smaller than the window has a smaller window.
pub fn structural_similarity(image: &[f32], other: &[f32], shape: ImageShape) -> f64 {
    let plane = (shape.height * shape.width).max(1);
    let window = Window::new(shape);
    let planes = image.chunks_exact(plane).zip(other.chunks_exact(plane));
    let sum: f64 = planes.map(|(x, y)| window.similarity(x, y)).sum();
    sum / shape.channels.max(1) as f64
}

/// Gaussian weights for images of one size.
struct Window {
    weights: Vec<f64>,
    height: usize,
    width: usize,
}

impl Window {
    fn new(shape: ImageShape) -> Self {
        let radius = RADIUS.min(shape.height.min(shape.width).saturating_sub(1) / 2);
        let weight = |at: usize| {
            let off = at as f64 - radius as f64;
            (-0.5 * (off / SPREAD).powi(2)).exp()
        };
        let weights: Vec<f64> = (0..=2 * radius).map(weight).collect();
        let sum: f64 = weights.iter().sum();
        let weights = weights.into_iter().map(|weight| weight / sum).collect();
        Self { weights, height: shape.height, width: shape.width }
    }

    fn similarity(&self, x: &[f32], y: &[f32]) -> f64 {
        let mean_of = |value: &dyn Fn(f64, f64) -> f64| {
            let all = x.iter().zip(y).map(|(x, y)| value(f64::from(*x), f64::from(*y)));
            self.filtered(&all.collect::<Vec<f64>>())
        };
        let [x1, y1] = [mean_of(&|x, _| x), mean_of(&|_, y| y)];
        let [xx, yy, xy] = [mean_of(&|x, _| x * x), mean_of(&|_, y| y * y), mean_of(&|x, y| x * y)];
        let [c1, c2] = STABLE;
        let one = |at: usize| {
            let (mx, my) = (x1[at], y1[at]);
            let (vx, vy, covariance) = (xx[at] - mx * mx, yy[at] - my * my, xy[at] - mx * my);
            (2.0 * mx * my + c1) * (2.0 * covariance + c2) / ((mx * mx + my * my + c1) * (vx + vy + c2))
        };
        (0..x1.len()).map(one).sum::<f64>() / x1.len().max(1) as f64
    }

    /// The weighted mean around every pixel whose window lies inside the image.
    fn filtered(&self, plane: &[f64]) -> Vec<f64> {
        let (size, width) = (self.weights.len(), self.width);
        let weighted = |values: &mut dyn Iterator<Item = f64>| -> f64 {
            values.zip(&self.weights).map(|(value, weight)| value * weight).sum()
        };
        let along = |row: &[f64]| -> Vec<f64> {
            row.windows(size).map(|part| weighted(&mut part.iter().copied())).collect()
        };
        let rows: Vec<f64> = plane.chunks_exact(width.max(1)).flat_map(along).collect();
        let across = (width + 1).saturating_sub(size);
        let down = (self.height + 1).saturating_sub(size);
        let at = |row: usize, column: usize| {
            weighted(&mut (0..size).map(|below| rows[(row + below) * across + column]))
        };
        (0..down)
            .flat_map(|row| (0..across).map(move |column| (row, column)))
            .map(|(r, c)| at(r, c))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_image_is_like_itself() {
        for (height, width, channels) in [(28, 28, 1), (12, 20, 3), (4, 5, 1), (1, 1, 1)] {
            let shape = ImageShape { height, width, channels };
            let image: Vec<f32> = (0..shape.values()).map(|i| (i as f32 * 0.7).sin().abs()).collect();
            assert!((structural_similarity(&image, &image, shape) - 1.0).abs() < 1e-9, "{shape}");
            assert_eq!(peak_signal_to_noise(&image, &image), f64::INFINITY);
            let other: Vec<f32> = image.iter().map(|x| 1.0 - x).collect();
            assert!(structural_similarity(&image, &other, shape) < 0.9, "{shape}");
        }
    }
}
