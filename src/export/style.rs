//! Colours and glyphs of the figures, light for paper and dark for slides.
//!
//! The chrome is quiet; saturated colour is for data. A term of the objective has one colour everywhere.
//! Classes have a colour **and** a glyph, because one reader in twelve does not see the colours as they are
//! meant, and because papers are printed in grey.

/// A colour in sRGB.
pub type Rgb = [u8; 3];

/// Which ground a figure is drawn on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FigureTheme {
    /// Dark ink on white, for papers and bright rooms.
    #[default]
    Light,
    /// Light ink on near-black, for dark slides.
    Dark,
}

/// A term of the objective; its colour is the same in curve, formula and slider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// What the decoder gets wrong.
    Reconstruction,
    /// The distance of the codes from the prior.
    Kl,
    /// Sparsity and every other penalty.
    Penalty,
    /// The distance of the units' mean activity from a target rate.
    Rate,
    /// How far the code moves when pixels do.
    Contractive,
    /// The weighted sum of them all.
    Objective,
}

/// What a line of data is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ink {
    /// The colour of a term.
    Term(Term),
    /// The colour of a class, or of a run among several.
    Class(usize),
    /// The colour of things that can be acted upon.
    Accent,
    /// A colour that stays in the background.
    Muted,
}

/// Every colour of a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette {
    /// The page.
    pub ground: Rgb,
    /// Grid lines and frames.
    pub line: Rgb,
    /// Axes: stronger than the grid, weaker than text.
    pub axis: Rgb,
    /// Titles and names.
    pub text: Rgb,
    /// Numbers on axes, units, captions.
    pub muted: Rgb,
    /// Marks of live changes.
    pub accent: Rgb,
    /// Text on the accent.
    pub on_accent: Rgb,
    /// The reconstruction term.
    pub reconstruction: Rgb,
    /// The KL term.
    pub kl: Rgb,
    /// Sparsity and every other penalty.
    pub penalty: Rgb,
    /// The target rate.
    pub rate: Rgb,
    /// The contractive penalty.
    pub contractive: Rgb,
    /// Paul Tol's bright set, extended to ten by two of his light set and a violet; darker on white.
    pub classes: [Rgb; 10],
}

const LIGHT: Palette = Palette {
    ground: [255, 255, 255],
    line: [226, 230, 235],
    axis: [172, 181, 191],
    text: [29, 35, 43],
    muted: [98, 109, 122],
    accent: [31, 111, 224],
    on_accent: [255, 255, 255],
    reconstruction: [11, 143, 128],
    kl: [185, 111, 0],
    penalty: [162, 54, 155],
    rate: [92, 75, 196],
    contractive: [190, 45, 80],
    classes: [
        [43, 92, 143],
        [210, 56, 75],
        [27, 110, 42],
        [160, 140, 18],
        [31, 143, 181],
        [138, 31, 95],
        [107, 114, 128],
        [198, 90, 30],
        [29, 138, 108],
        [106, 85, 194],
    ],
};

const DARK: Palette = Palette {
    ground: [16, 19, 23],
    line: [38, 45, 55],
    axis: [72, 83, 97],
    text: [223, 229, 236],
    muted: [138, 149, 163],
    accent: [106, 167, 255],
    on_accent: [16, 19, 23],
    reconstruction: [55, 194, 176],
    kl: [240, 168, 64],
    penalty: [215, 123, 208],
    rate: [165, 148, 249],
    contractive: [244, 122, 142],
    classes: [
        [68, 119, 170],
        [238, 102, 119],
        [34, 136, 51],
        [204, 187, 68],
        [102, 204, 238],
        [170, 51, 119],
        [187, 187, 187],
        [238, 136, 102],
        [68, 187, 153],
        [153, 136, 221],
    ],
};

impl FigureTheme {
    /// The colours of this theme.
    pub fn palette(self) -> &'static Palette {
        match self {
            FigureTheme::Light => &LIGHT,
            FigureTheme::Dark => &DARK,
        }
    }
}

impl Palette {
    /// The colour of a term.
    pub fn term(&self, term: Term) -> Rgb {
        match term {
            Term::Reconstruction => self.reconstruction,
            Term::Kl => self.kl,
            Term::Penalty => self.penalty,
            Term::Rate => self.rate,
            Term::Contractive => self.contractive,
            Term::Objective => self.text,
        }
    }

    /// The colour of a class; after ten they begin again.
    pub fn class(&self, class: usize) -> Rgb {
        self.classes[class % self.classes.len()]
    }

    /// The colour a line is drawn with.
    pub fn ink(&self, ink: Ink) -> Rgb {
        match ink {
            Ink::Term(term) => self.term(term),
            Ink::Class(class) => self.class(class),
            Ink::Accent => self.accent,
            Ink::Muted => self.muted,
        }
    }
}

/// A colour on its way to another: 0 is the first, 1 the second.
pub fn mixed(from: Rgb, to: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|channel| {
        let (from, to) = (f64::from(from[channel]), f64::from(to[channel]));
        (from + share.clamp(0.0, 1.0) * (to - from)).round() as u8
    })
}

/// The shape of a data point.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Glyph {
    /// A disc.
    Circle,
    /// A square on its side.
    Square,
    /// A triangle that points up.
    TriangleUp,
    /// A square on its corner.
    Diamond,
    /// A triangle that points down.
    TriangleDown,
    /// An upright cross.
    Plus,
    /// A cross on its side.
    Cross,
    /// A star with five points.
    Star,
    /// A pentagon.
    Pentagon,
    /// A hexagon.
    Hexagon,
}

impl Glyph {
    /// All glyphs, in the order classes take them.
    pub const ALL: [Glyph; 10] = [
        Glyph::Circle,
        Glyph::Square,
        Glyph::TriangleUp,
        Glyph::Diamond,
        Glyph::TriangleDown,
        Glyph::Plus,
        Glyph::Cross,
        Glyph::Star,
        Glyph::Pentagon,
        Glyph::Hexagon,
    ];

    /// The glyph of a class. After ten classes the glyphs shift, so that no two of the first hundred look the
    /// same.
    pub fn of_class(class: usize) -> Self {
        let all = Self::ALL.len();
        Self::ALL[(class + class / all) % all]
    }

    /// The corners of the glyph around the origin, scaled so that every glyph covers about as much as the
    /// unit disc. The circle has none.
    pub fn outline(self) -> Vec<[f64; 2]> {
        match self {
            Glyph::Circle => Vec::new(),
            Glyph::Square => polygon(4, 1.25, 45.0),
            Glyph::TriangleUp => polygon(3, 1.5, -90.0),
            Glyph::Diamond => polygon(4, 1.3, 0.0),
            Glyph::TriangleDown => polygon(3, 1.5, 90.0),
            Glyph::Plus => cross(0.0),
            Glyph::Cross => cross(45.0),
            Glyph::Star => star(),
            Glyph::Pentagon => polygon(5, 1.15, -90.0),
            Glyph::Hexagon => polygon(6, 1.1, 0.0),
        }
    }
}

fn at(radius: f64, degrees: f64) -> [f64; 2] {
    let (sin, cos) = degrees.to_radians().sin_cos();
    [radius * cos, radius * sin]
}

fn polygon(corners: u32, radius: f64, first_degrees: f64) -> Vec<[f64; 2]> {
    let turn = 360.0 / f64::from(corners);
    (0..corners).map(|corner| at(radius, first_degrees + turn * f64::from(corner))).collect()
}

fn star() -> Vec<[f64; 2]> {
    let radius = |corner: u32| if corner.is_multiple_of(2) { 1.65 } else { 0.7 };
    (0..10).map(|corner| at(radius(corner), 36.0 * f64::from(corner) - 90.0)).collect()
}

/// Two bars across each other.
fn cross(degrees: f64) -> Vec<[f64; 2]> {
    const LONG: f64 = 1.4;
    const HALF_BAR: f64 = 0.36;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let arm = [[HALF_BAR, -HALF_BAR], [LONG, -HALF_BAR], [LONG, HALF_BAR]];
    let turns = [[1.0, 0.0], [0.0, 1.0], [-1.0, 0.0], [0.0, -1.0]];
    let upright = turns.iter().flat_map(|[c, s]| arm.map(|[x, y]| [x * c - y * s, x * s + y * c]));
    upright.map(|[x, y]| [x * cos - y * sin, x * sin + y * cos]).collect()
}

/// The class whose colour a line has: lines are told apart as runs and classes are, the most different first.
pub fn series_class(number: usize) -> usize {
    const ORDER: [usize; 6] = [4, 1, 3, 8, 9, 7];
    ORDER[number % ORDER.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_of_a_hundred_classes_look_the_same() {
        let looks: std::collections::HashSet<(Rgb, Glyph)> =
            (0..100).map(|class| (LIGHT.class(class), Glyph::of_class(class))).collect();
        assert_eq!(looks.len(), 100);
    }

    #[test]
    fn data_and_text_stand_out_from_the_page() {
        for theme in [FigureTheme::Light, FigureTheme::Dark] {
            let palette = theme.palette();
            let mut inks = palette.classes.to_vec();
            inks.extend([palette.text, palette.muted, palette.accent]);
            inks.extend([
                palette.reconstruction,
                palette.kl,
                palette.penalty,
                palette.rate,
                palette.contractive,
            ]);
            for ink in inks {
                let contrast = contrast(ink, palette.ground);
                assert!(
                    contrast >= 2.9,
                    "{ink:?} on {:?} in {theme:?} has contrast {contrast:.2}",
                    palette.ground
                );
            }
            assert!(
                contrast(palette.muted, palette.ground) >= 4.5,
                "captions are read, not guessed, in {theme:?}"
            );
        }
    }

    /// The contrast ratio of WCAG 2.
    fn contrast(a: Rgb, b: Rgb) -> f64 {
        let luminance = |color: Rgb| {
            let linear = color.map(|byte| {
                let value = f64::from(byte) / 255.0;
                if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
            });
            0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }
}
