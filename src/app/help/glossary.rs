//! The words of the subject, each with its meaning; and the hint that explains a word under the pointer, wherever in the
//! window it is drawn.

use std::time::Duration;

use eframe::egui::epaint::TextShape;
use eframe::egui::{self, Area, Context, Id, LayerId, Order, Pos2, RichText, Shape, vec2};

use crate::app::theme::{GRID, Theme};

/// How long the pointer rests on a word before it is explained: a moment longer than a tooltip takes, which comes first.
const REST_SECS: f32 = 0.6;
/// Width of the hint, in points.
const WIDTH: f32 = 280.0;

/// A word, in all its forms, and its meaning in a sentence or two.
#[derive(Debug)]
pub struct Term {
    /// Its forms; the first is the title of its entry.
    pub forms: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
}

const fn term(forms: &'static [&'static str], meaning: &'static str) -> Term {
    Term { forms, meaning }
}

/// Every word, by its place in the alphabet; Greek letters come last.
pub const TERMS: [Term; 49] = [
    term(&["activation", "activations"], "The output of a unit: how strongly it responds to an image."),
    term(
        &["atom", "atoms"],
        "One of the patterns of a dictionary. A few of them, each with a weight, add up to a code.",
    ),
    term(
        &["autoencoder", "autoencoders"],
        "A network that is trained to reproduce its input after squeezing it through a small code.",
    ),
    term(&["batch"], "The images of one training step; the gradient is averaged over them."),
    term(
        &["class", "classes"],
        "What an image shows. Autoencoders are trained without classes; they only colour the map.",
    ),
    term(
        &["code", "codes"],
        "The numbers in the middle of an autoencoder: all that the decoder is told about an image.",
    ),
    term(
        &["contractive"],
        "With a penalty on the size of the encoder's derivative, so that a small change of the image changes the \
         code little.",
    ),
    term(
        &["cross-entropy"],
        "The cost of predicting pixels as probabilities, summed over the pixels of an image, in nats.",
    ),
    term(
        &["dead units", "dead"],
        "Units that are zero for every image: they are never trained again by themselves.",
    ),
    term(&["decoder"], "The half of the network that turns a code into an image."),
    term(
        &["denoising"],
        "Training to restore a clean image from a corrupted one, so that copying the input is of no use.",
    ),
    term(&["density"], "How many codes of held-out images lie around a place."),
    term(&["dictionary"], "A set of patterns (atoms); every code is written as the sum of a few of them."),
    term(
        &["dropout"],
        "Switching units off at random during training, so that no unit comes to rely on another.",
    ),
    term(
        &["ELBO", "negative ELBO"],
        "The evidence lower bound: a lower bound of the log-likelihood of an image. A VAE is trained to lower its negative, \
         which is reconstruction plus KL.",
    ),
    term(&["encoder"], "The half of the network that turns an image into a code."),
    term(
        &["entropy floor"],
        "The cross-entropy of a perfect copy. It is not zero, because pixels are grey and not only black or white.",
    ),
    term(&["epoch", "epochs"], "One pass through all training images."),
    term(
        &["gradient", "gradients"],
        "The direction in which a small change raises the cost most; training goes the other way.",
    ),
    term(
        &["held out", "held-out"],
        "Not used for training, so their cost shows whether the network generalises or has only memorised its \
         training images.",
    ),
    term(
        &["Jacobian"],
        "All derivatives of one vector with respect to another, such as of the code to the pixels.",
    ),
    term(
        &["KL"],
        "The Kullback–Leibler divergence of the posterior from the prior, in nats: how much information the code carries \
         about its image.",
    ),
    term(
        &["latent space", "latent"],
        "The space of all codes; every place in it can be decoded to an image.",
    ),
    term(
        &["learning rate"],
        "How large a training step is. Too small is slow; too large makes the cost jump or diverge.",
    ),
    term(
        &["mean image"],
        "The average of all training images. Predicting it for every image is the baseline that a network must beat.",
    ),
    term(&["nats", "nat"], "The unit of information with natural logarithms: 1 nat is 1.44 bits."),
    term(
        &["objective"],
        "What training lowers: the reconstruction cost plus every penalty times its weight.",
    ),
    term(
        &["overfitting"],
        "Training images cost less and less while held-out images cost more: the network memorises its training \
         images.",
    ),
    term(
        &["PCA", "principal components"],
        "Principal component analysis: the best linear code of a given size. It is the mark for autoencoders that \
         are trained on squared error.",
    ),
    term(&["penalty", "penalties"], "A term that is added to the reconstruction cost to shape the code."),
    term(
        &["posterior"],
        "What a VAE's encoder says about the code of an image: not a point but a normal distribution, with a mean and \
         a standard deviation.",
    ),
    term(&["pretraining"], "Training layer by layer before the whole network is trained."),
    term(
        &["prior"],
        "The distribution that codes are drawn towards, a standard normal one. Codes sampled from it decode to \
         new images.",
    ),
    term(
        &["RBM", "RBMs"],
        "Restricted Boltzmann machine: a layer of visible and hidden units that learns to generate its input. A stack of \
         them gives a deep autoencoder its first weights.",
    ),
    term(
        &["reconstruction", "reconstructions"],
        "The image that the decoder makes from the code of an image; or the cost of its difference from that image.",
    ),
    term(
        &["round trip"],
        "Decoding a code and encoding the result. Where it does not come back, decoded images cannot be trusted.",
    ),
    term(
        &["seed"],
        "The number that all random choices of a run follow from. The same seed gives the same run.",
    ),
    term(
        &["skip connections"],
        "Paths that hand features of the encoder to the decoder past the code, as in a U-Net.",
    ),
    term(&["sparse", "sparsity"], "Mostly zero: each image uses few units, and each unit serves few images."),
    term(&["squared error"], "The squared difference of two images, summed over pixels."),
    term(&["step", "steps"], "One update of all weights, from one batch of images."),
    term(&["stretch"], "How much the decoded image changes with a small step on the map."),
    term(&["tied"], "The decoder uses the encoder's weights, transposed."),
    term(
        &["VAE", "variational"],
        "Variational autoencoder: its encoder gives a distribution of codes, kept close to a prior.",
    ),
    term(&["weights", "weight"], "The numbers that training changes; or, of a penalty, how much it counts."),
    term(
        &["β"],
        "The weight of KL in a VAE. 1 is the VAE as published; more makes codes simpler and images blurrier.",
    ),
    term(&["ε"], "The random number that a VAE draws to pick a code: z = μ + σ · ε."),
    term(&["λ"], "The weight of a penalty."),
    term(
        &["σ", "ln σ²"],
        "A standard deviation: how uncertain a code is, or how far from the middle a place lies.",
    ),
];

/// The word whose text covers this letter; the longest where there are several.
fn explained(text: &str, letter: usize) -> Option<&'static Term> {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let is_whole = |from: usize, to: usize| {
        let before = from.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(to);
        !before.is_some_and(|letter| letter.is_alphabetic())
            && !after.is_some_and(|letter| letter.is_alphabetic())
    };
    let length_at = |form: &str| {
        let form: Vec<char> = form.to_lowercase().chars().collect();
        let first = (letter + 1).saturating_sub(form.len());
        (first..=letter)
            .find(|from| {
                letters.get(*from..from + form.len()) == Some(&form) && is_whole(*from, from + form.len())
            })
            .map(|_| form.len())
    };
    let found = TERMS.iter().filter_map(|term| {
        let length = term.forms.iter().filter_map(|form| length_at(form)).max()?;
        Some((length, term))
    });
    found.max_by_key(|(length, _)| *length).map(|(_, term)| term)
}

/// Explains the word that the pointer rests on, unless something else is said there.
pub fn hint_ui(ctx: &Context, theme: &Theme) {
    let id = Id::unique("glossary");
    let own = LayerId::new(Order::Tooltip, id);
    let Some(at) = ctx.input(|input| input.pointer.hover_pos().filter(|_| !input.pointer.any_down())) else {
        return;
    };
    // Infinite where the pointer has never moved.
    let rested = ctx.input(|input| input.pointer.time_since_last_movement());
    let has_tooltip = ctx.memory(|memory| {
        memory.areas().visible_layer_ids().iter().any(|layer| layer.order == Order::Tooltip && *layer != own)
    });
    let Some(term) = (!has_tooltip).then(|| term_at(ctx, at)).flatten() else { return };
    if rested < REST_SECS {
        ctx.request_repaint_after(Duration::from_secs_f32(REST_SECS));
        return;
    }
    let below = at + vec2(0.0, 2.0 * GRID);
    Area::new(id).order(Order::Tooltip).interactable(false).fixed_pos(below).constrain(true).show(
        ctx,
        |ui| {
            egui::Frame::popup(ui.style()).show(ui, |ui| {
                ui.set_max_width(WIDTH * theme.scale);
                ui.label(RichText::new(term.forms[0]).font(theme.small()).color(theme.accent));
                ui.label(RichText::new(term.meaning).font(theme.small()).color(theme.text));
            });
        },
    );
}

/// The word of a text that is drawn there.
fn term_at(ctx: &Context, at: Pos2) -> Option<&'static Term> {
    let layer = ctx.layer_id_at(at)?;
    ctx.graphics(|graphics| {
        graphics.get(layer)?.all_entries().filter(|entry| entry.clip_rect.contains(at)).find_map(|entry| {
            let text = text_at(&entry.shape, at)?;
            // A cursor stands between two letters: the one that is pointed at ends or begins there.
            let offset = at - text.pos;
            let cursor = text.galley.cursor_from_pos(offset);
            let is_before = text.galley.pos_from_cursor(cursor).left() > offset.x;
            explained(text.galley.text(), cursor.index.0.saturating_sub(usize::from(is_before)))
        })
    })
}

/// The text of a shape at a place.
fn text_at(shape: &Shape, at: Pos2) -> Option<&TextShape> {
    match shape {
        Shape::Vec(shapes) => shapes.iter().find_map(|shape| text_at(shape, at)),
        Shape::Text(text) if text.angle == 0.0 && text.visual_bounding_rect().contains(at) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn title(text: &str, word: &str) -> Option<&'static str> {
        let letter = text[..text.find(word).expect("there")].chars().count();
        explained(text, letter).map(|term| term.forms[0])
    }

    #[test]
    fn a_word_is_explained_wherever_it_stands() {
        let line = "Learning steadily. The held-out objective fell; KL 4.65 nats, 2σ, mean image 198.5";
        let cases = [
            ("held-out", Some("held out")),
            ("objective", Some("objective")),
            ("KL", Some("KL")),
            ("nats", Some("nats")),
            ("σ", Some("σ")),
            ("image", Some("mean image")),
            ("steadily", None),
        ];
        for (word, want) in cases {
            assert_eq!(title(line, word), want, "{word}");
        }
        assert_eq!(title("stepwise", "step"), None, "a part of another word");
        assert_eq!(explained("", 0).map(|term| term.forms[0]), None);
    }

    #[test]
    fn every_form_finds_its_own_entry() {
        for term in &TERMS {
            for form in term.forms {
                let found = explained(form, 0).expect("found");
                assert_eq!(found.forms[0], term.forms[0], "{form}");
            }
            assert!(term.meaning.ends_with('.'), "{}", term.forms[0]);
        }
        let titles: Vec<String> = TERMS.iter().map(|term| term.forms[0].to_lowercase()).collect();
        assert!(titles.is_sorted(), "{titles:?}");
    }
}
