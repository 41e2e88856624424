//! Images in few bytes: codes rounded to some bits a number and entropy coded, beside as many principal components coded
//! in the same way, and beside JPEG and PNG files of the same images.

use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder as _};

use super::card_work::{CardWork, Slice};
use super::encoding::Encoding;
use super::quality::{peak_signal_to_noise, structural_similarity};
use super::quantise::Quantiser;
use super::{CardInputs, Pca, Topic};
use crate::chart::cards::{Card, Images, Line, Lines, Values};
use crate::data::{Dataset, ImageShape};
use crate::look::decimal_label;
use crate::model::Autoencoder;
use crate::train::Stage;
use crate::train::read::{ReadError, read};

/// Bits of a number of the code.
const BITS: [u32; 6] = [1, 2, 3, 4, 6, 8];
/// Qualities of JPEG files.
const QUALITIES: [u8; 6] = [5, 15, 30, 50, 75, 90];
/// Held-out images that are compressed at most.
const MOST_ASKED: usize = 500;
/// Images that are shown at each rate.
const SHOWN: usize = 8;
/// Rates that are shown.
const SHOWN_BITS: [u32; 4] = [1, 2, 4, 8];

/// Images at one rate.
#[derive(Clone, Debug)]
struct Rate {
    name: String,
    /// Bytes of an image, on average.
    bytes: f64,
    /// Peak signal-to-noise ratio in dB, averaged over images.
    ratio: f64,
    similarity: f64,
    /// The first images as they come back.
    first: Vec<f32>,
}

/// The compression under way, in one network.
#[derive(Debug)]
pub struct CompressionWork {
    topic: Topic,
    model: Autoencoder,
    known: Encoding,
    asked: Encoding,
    pixels: Vec<f32>,
    of_code: Vec<Rate>,
    of_components: Vec<Rate>,
    of_jpeg: Vec<Rate>,
}

impl CardWork for CompressionWork {
    /// Does a slice: encodes some images, or compresses all of them at one rate.
    fn advance(&mut self, inputs: &CardInputs<'_>, many: usize) -> Slice {
        let code = inputs.learner.code_size();
        if matches!(inputs.learner.stage(), Stage::Layer(_))
            || self.asked.images().is_empty()
            || inputs.recipe.has_skips()
        {
            return Ok(Some(None));
        }
        if self.known.advance(inputs, many)? || self.asked.advance(inputs, many)? {
            return Ok(None);
        }
        if self.asked.codes().iter().chain(self.known.codes()).any(|z| !z.is_finite()) {
            return Ok(Some(None));
        }
        if let Some(bits) = BITS.get(self.of_code.len()) {
            let decode = |codes: &[f32]| read(self.model.decode(inputs.learner.codes(codes)));
            let rate = self.quantised(
                "code",
                *bits,
                code,
                [self.known.codes(), self.asked.codes()],
                inputs,
                decode,
            )?;
            self.of_code.push(rate);
            return Ok(None);
        }
        if let (Some(pca), Some(bits)) = (inputs.pca, BITS.get(self.of_components.len())) {
            let pca = pca.first(code);
            let known = self.known.pixels(inputs);
            let codes = [&pca.project(&known)[..], &pca.project(&self.pixels)];
            let decode = |codes: &[f32]| Ok(rebuilt(&pca, codes));
            let rate = self.quantised("PCA", *bits, pca.k, codes, inputs, decode)?;
            self.of_components.push(rate);
            return Ok(None);
        }
        if let Some(quality) = QUALITIES.get(self.of_jpeg.len()) {
            self.of_jpeg.push(self.jpeg(*quality, inputs.dataset));
            return Ok(None);
        }
        Ok(Some(Some(match self.topic {
            Topic::CompressedImages => self.images(inputs),
            _ => self.lines(inputs),
        })))
    }

    fn turn_to(&mut self, topic: Topic) -> bool {
        let is_of_compression = matches!(topic, Topic::Compression | Topic::CompressedImages);
        if is_of_compression {
            self.topic = topic;
        }
        is_of_compression
    }
}

impl CompressionWork {
    pub(super) fn new(topic: Topic, inputs: &CardInputs<'_>) -> Self {
        let (split, effort) = (&inputs.dataset.split, inputs.effort);
        let asked = if effort.of_test { &split.test } else { &split.validation };
        let asked = Encoding::new(inputs, &asked[..effort.asked.min(MOST_ASKED).min(asked.len())]);
        Self {
            topic,
            model: inputs.learner.model(),
            known: Encoding::new(inputs, &split.train[..effort.known.min(split.train.len())]),
            pixels: asked.pixels(inputs),
            asked,
            of_code: Vec::new(),
            of_components: Vec::new(),
            of_jpeg: Vec::new(),
        }
    }

    /// All images with so many bits a number.
    fn quantised(
        &self,
        name: &str,
        bits: u32,
        numbers: usize,
        [known, asked]: [&[f32]; 2],
        inputs: &CardInputs<'_>,
        decode: impl Fn(&[f32]) -> Result<Vec<f32>, ReadError>,
    ) -> Result<Rate, ReadError> {
        let quantiser = Quantiser::new(known, numbers, bits);
        let symbols = quantiser.symbols(asked);
        let bytes = quantiser.bits(&symbols) / 8.0 / self.asked.images().len() as f64;
        let decoded = decode(&quantiser.codes(&symbols))?;
        let plural = if bits == 1 { "bit" } else { "bits" };
        Ok(self.rate(format!("{name}, {bits} {plural}"), bytes, &decoded, inputs.dataset.shape))
    }

    /// All images as JPEG files.
    fn jpeg(&self, quality: u8, dataset: &Dataset) -> Rate {
        let (mut bytes, mut decoded) = (0, Vec::with_capacity(self.pixels.len()));
        for image in self.asked.images() {
            let mut file = Vec::new();
            let pixels = dataset.image_bytes(*image);
            let written = JpegEncoder::new_with_quality(&mut file, quality).write_image(
                &pixels,
                dataset.shape.width as u32,
                dataset.shape.height as u32,
                color_type(dataset.shape),
            );
            let read = written.and_then(|()| image::load_from_memory(&file));
            bytes += file.len();
            match read {
                Ok(read) if dataset.shape.channels == 1 => push_planes(&read.to_luma8(), 1, &mut decoded),
                Ok(read) => push_planes(&read.to_rgb8(), 3, &mut decoded),
                Err(error) => {
                    log::warn!("an image could not be written as JPEG: {error}");
                    decoded.resize(decoded.len() + dataset.shape.values(), f32::NAN);
                }
            }
        }
        let bytes = bytes as f64 / self.asked.images().len() as f64;
        self.rate(format!("JPEG q{quality}"), bytes, &decoded, dataset.shape)
    }

    fn rate(&self, name: String, bytes: f64, decoded: &[f32], shape: ImageShape) -> Rate {
        let pixels = shape.values();
        let pairs = || self.pixels.chunks_exact(pixels).zip(decoded.chunks_exact(pixels));
        let count = self.asked.images().len() as f64;
        Rate {
            name,
            bytes,
            ratio: pairs().map(|(x, y)| peak_signal_to_noise(x, y)).sum::<f64>() / count,
            similarity: pairs().map(|(x, y)| structural_similarity(x, y, shape)).sum::<f64>() / count,
            first: decoded[..(SHOWN * pixels).min(decoded.len())].to_vec(),
        }
    }

    /// Quality against size.
    fn lines(&self, inputs: &CardInputs<'_>) -> Card {
        let code = inputs.learner.code_size();
        let line = |name: String, rates: &[Rate]| Line {
            name,
            points: rates.iter().map(|rate| [rate.bytes as f32, rate.ratio as f32]).collect(),
            errors: Vec::new(),
        };
        let named = [
            (format!("code of {code}"), &self.of_code),
            (format!("PCA {code}"), &self.of_components),
            ("JPEG file".to_owned(), &self.of_jpeg),
        ];
        let series = named.into_iter().filter(|(_, rates)| !rates.is_empty());
        let coarse = &self.of_code[self.of_code.len() / 2];
        let smallest = self.of_jpeg.iter().map(|rate| rate.bytes).fold(f64::INFINITY, f64::min);
        let meaning = format!(
            "Each number of the code is rounded to 1 … 8 bits and entropy coded: with {}, an image takes {:.1} bytes at \
             {:.1} dB (SSIM {:.2}). The same images take {:.0} bytes as PNG files, without any error, and at least \
             {smallest:.0} as JPEG files, most of it the header. The decoder, which both sides must have, is not counted.",
            coarse.name.replacen("code, ", "", 1),
            coarse.bytes,
            coarse.ratio,
            coarse.similarity,
            self.png_bytes(inputs.dataset)
        );
        let lines = Lines {
            x: "bytes per image".to_owned(),
            y: "peak signal-to-noise ratio, dB".to_owned(),
            are_ratios: true,
            series: series.map(|(name, rates)| line(name, rates)).collect(),
            level: None,
        };
        Card::new(Topic::Compression.title(), meaning, lines)
    }

    /// The first images at several rates.
    fn images(&self, inputs: &CardInputs<'_>) -> Card {
        let shape = inputs.dataset.shape;
        let count = SHOWN.min(self.asked.images().len());
        let is_shown =
            |rates: &&Rate| SHOWN_BITS.iter().any(|bits| rates.name.contains(&format!(", {bits} bit")));
        let of_code = self.of_code.iter().filter(is_shown);
        let others = self.of_components.iter().filter(|rate| rate.name.contains(", 4 bit"));
        let jpeg = self.of_jpeg.first().into_iter().chain(self.of_jpeg.get(QUALITIES.len() / 2));
        let rates: Vec<&Rate> = of_code.chain(others).chain(jpeg).collect();
        let row = |rate: &&Rate| {
            let bytes = decimal_label(rate.bytes, usize::from(rate.bytes < 10.0));
            format!("{}: {bytes} bytes, SSIM {:.2}", rate.name, rate.similarity)
        };
        let mut pixels = self.pixels[..count * shape.values()].to_vec();
        rates.iter().for_each(|rate| pixels.extend_from_slice(&rate.first));
        let meaning = "The same held-out images at several sizes, as they come back. Sizes and structural similarities \
                       (SSIM, 1 for the same image) are means over all images that were compressed.";
        let images = Images {
            shape,
            columns: count,
            pixels: pixels.into(),
            values: Values::Intensity,
            rows: std::iter::once("original".to_owned()).chain(rates.iter().map(row)).collect(),
            ..Images::default()
        };
        Card::new(Topic::CompressedImages.title(), meaning, images)
    }

    /// Bytes of an image as a PNG file, on average.
    fn png_bytes(&self, dataset: &Dataset) -> f64 {
        let bytes = self.asked.images().iter().map(|image| {
            let mut file = Vec::new();
            let (width, height) = (dataset.shape.width as u32, dataset.shape.height as u32);
            let pixels = dataset.image_bytes(*image);
            let written =
                PngEncoder::new(&mut file).write_image(&pixels, width, height, color_type(dataset.shape));
            if let Err(error) = written {
                log::warn!("an image could not be written as PNG: {error}");
            }
            file.len()
        });
        bytes.sum::<usize>() as f64 / self.asked.images().len().max(1) as f64
    }
}

fn color_type(shape: ImageShape) -> ExtendedColorType {
    if shape.channels == 1 { ExtendedColorType::L8 } else { ExtendedColorType::Rgb8 }
}

/// Adds bytes with channels last as numbers from 0 to 1 with channels first.
fn push_planes(bytes: &[u8], channels: usize, out: &mut Vec<f32>) {
    for channel in 0..channels {
        out.extend(bytes.iter().skip(channel).step_by(channels).map(|byte| f32::from(*byte) / 255.0));
    }
}

fn rebuilt(pca: &Pca, codes: &[f32]) -> Vec<f32> {
    pca.rebuild(codes).into_iter().map(|pixel| pixel.clamp(0.0, 1.0)).collect()
}
