//! Every colour of the program, light and dark, in sRGB: the window converts them for egui, the figures for SVG.
//!
//! Chrome is quiet; saturated colour is for data. A term of the objective has one colour in curve, formula and slider.
//! Classes have a colour and a [`Glyph`](super::Glyph).

/// A colour in sRGB.
pub type Rgb = [u8; 3];

/// Light or dark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub enum ColorScheme {
    /// Light on dark, for a screen and for dark slides.
    #[default]
    Dark,
    /// Dark on light, for a projector in a bright room, for papers and print.
    Light,
}

impl ColorScheme {
    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Dark => Self::Light,
            Self::Light => Self::Dark,
        }
    }

    /// The colours of this scheme.
    pub fn palette(self) -> &'static Palette {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
        }
    }
}

/// Which colour a line or a mark of data has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DataColor {
    /// What the decoder gets wrong.
    Reconstruction,
    /// The distance of the codes from the prior, and β.
    Kl,
    /// The sparsity penalty and its λ.
    Sparsity,
    /// The distance of the units' mean activity from a target rate, its weight and ρ.
    Rate,
    /// How far the code moves when pixels do, and its λ.
    Contractive,
    /// The weighted sum of all terms.
    Objective,
    /// A class, or a run among several.
    Class(usize),
    /// What can be acted upon.
    #[default]
    Accent,
    /// What stays in the background.
    Muted,
}

impl DataColor {
    /// The term that a live parameter belongs to, or the accent for a parameter of none.
    pub fn of_parameter(key: &str) -> Self {
        match key {
            "objective.beta" | "objective.free_bits" => Self::Kl,
            "objective.sparsity" | "dictionary.lambda" => Self::Sparsity,
            "objective.rate" | "objective.target_rate" => Self::Rate,
            "objective.contractive" => Self::Contractive,
            "objective.weight_decay" => Self::Class(7),
            "objective.revival" => Self::Class(8),
            _ => Self::Accent,
        }
    }

    /// The run at this place among runs that are compared.
    pub fn of_run(place: usize) -> Self {
        const ORDER: [usize; 4] = [4, 1, 3, 8];
        Self::Class(ORDER[place % ORDER.len()])
    }

    /// The line with this number, where several lines share a chart: the class colours, the most different ones first.
    pub fn of_line(number: usize) -> Self {
        const ORDER: [usize; 6] = [4, 1, 3, 8, 9, 7];
        Self::Class(ORDER[number % ORDER.len()])
    }
}

/// Every colour, as sRGB or as whatever [`Palette::map`] made of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Palette<C = Rgb> {
    /// Behind the panels of the window.
    pub ground: C,
    /// Of a panel.
    pub panel: C,
    /// Of a figure's page: a paper is white and a dark slide nearly black, whatever the window's panels are.
    pub page: C,
    /// Of a button or a field.
    pub raised: C,
    /// Of a button under the pointer.
    pub raised_hover: C,
    /// Of a unit whose activation is zero.
    pub inactive: C,
    /// Edges, rules and grid lines.
    pub line: C,
    /// Axes: stronger than the grid, weaker than text.
    pub axis: C,
    /// Text that matters.
    pub text: C,
    /// Text that explains, and numbers on axes.
    pub muted: C,
    /// The one thing to press, the selection and marks of live changes.
    pub accent: C,
    /// Text on the accent.
    pub on_accent: C,
    /// What is going well.
    pub good: C,
    /// What went wrong.
    pub problem: C,
    /// The reconstruction term.
    pub reconstruction: C,
    /// The KL term and β.
    pub kl: C,
    /// Sparsity and its λ.
    pub sparsity: C,
    /// The distance from a target rate, its weight and ρ.
    pub rate: C,
    /// The contractive penalty and its λ.
    pub contractive: C,
    /// Behind pictures, which are grey on black in both schemes.
    pub picture: C,
    /// Lines, rings and words drawn over a picture.
    pub over_picture: C,
    /// The draggable point over a picture.
    pub marker: C,
    /// One colour per class. Paul Tol's bright set, with orange, mint and violet to make ten; darker on white.
    pub classes: [C; 10],
}

const DARK: Palette = Palette {
    ground: rgb(0x101317),
    panel: rgb(0x171b21),
    page: rgb(0x101317),
    raised: rgb(0x1d222a),
    raised_hover: rgb(0x272e38),
    inactive: rgb(0x1d222a),
    line: rgb(0x262d37),
    axis: rgb(0x485361),
    text: rgb(0xdfe5ec),
    muted: rgb(0x8a95a3),
    accent: rgb(0x6aa7ff),
    // White on this accent has a contrast of 2.5, which is not readable; this has 7.6.
    on_accent: rgb(0x101317),
    good: rgb(0x37c2b0),
    problem: rgb(0xff7b72),
    reconstruction: rgb(0x37c2b0),
    kl: rgb(0xf0a840),
    sparsity: rgb(0xd77bd0),
    rate: rgb(0xa594f9),
    contractive: rgb(0xf47a8e),
    picture: rgb(0x000000),
    over_picture: rgb(0xb9c2cd),
    marker: rgb(0xffffff),
    classes: [
        rgb(0x4477aa),
        rgb(0xee6677),
        rgb(0x228833),
        rgb(0xccbb44),
        rgb(0x66ccee),
        rgb(0xaa3377),
        rgb(0xbbbbbb),
        rgb(0xee8866),
        rgb(0x44bb99),
        rgb(0x9988dd),
    ],
};

const LIGHT: Palette = Palette {
    ground: rgb(0xf4f5f7),
    panel: rgb(0xffffff),
    page: rgb(0xffffff),
    raised: rgb(0xf0f2f5),
    raised_hover: rgb(0xe4e8ed),
    inactive: rgb(0xe9edf2),
    line: rgb(0xdde1e7),
    axis: rgb(0xacb5bf),
    text: rgb(0x1d232b),
    muted: rgb(0x626d7b),
    accent: rgb(0x1f6fe0),
    on_accent: rgb(0xffffff),
    good: rgb(0x0b8f80),
    problem: rgb(0xc0362c),
    reconstruction: rgb(0x0b8f80),
    kl: rgb(0xb96f00),
    sparsity: rgb(0xa2369b),
    rate: rgb(0x5c4bc4),
    contractive: rgb(0xbe2d50),
    picture: rgb(0x000000),
    over_picture: rgb(0xc8d0da),
    marker: rgb(0xffffff),
    // Each has a contrast of at least 3 on the window's ground as well as on white.
    classes: [
        rgb(0x2b5c8f),
        rgb(0xd2384b),
        rgb(0x1b6e2a),
        rgb(0xa08c12),
        rgb(0x1f8fb5),
        rgb(0x8a1f5f),
        rgb(0x6b7280),
        rgb(0xc65a1e),
        rgb(0x1d8a6c),
        rgb(0x6a55c2),
    ],
};

impl<C: Copy> Palette<C> {
    /// The colour of a class; after ten they begin again, and then the glyph tells them apart.
    pub fn class(&self, class: usize) -> C {
        self.classes[class % self.classes.len()]
    }

    /// The colour of data.
    pub fn data(&self, color: DataColor) -> C {
        match color {
            DataColor::Reconstruction => self.reconstruction,
            DataColor::Kl => self.kl,
            DataColor::Sparsity => self.sparsity,
            DataColor::Rate => self.rate,
            DataColor::Contractive => self.contractive,
            DataColor::Objective => self.text,
            DataColor::Class(class) => self.class(class),
            DataColor::Accent => self.accent,
            DataColor::Muted => self.muted,
        }
    }

    /// The same palette with every colour converted.
    pub fn map<D>(&self, convert: impl Fn(C) -> D) -> Palette<D> {
        Palette {
            ground: convert(self.ground),
            panel: convert(self.panel),
            page: convert(self.page),
            raised: convert(self.raised),
            raised_hover: convert(self.raised_hover),
            inactive: convert(self.inactive),
            line: convert(self.line),
            axis: convert(self.axis),
            text: convert(self.text),
            muted: convert(self.muted),
            accent: convert(self.accent),
            on_accent: convert(self.on_accent),
            good: convert(self.good),
            problem: convert(self.problem),
            reconstruction: convert(self.reconstruction),
            kl: convert(self.kl),
            sparsity: convert(self.sparsity),
            rate: convert(self.rate),
            contractive: convert(self.contractive),
            picture: convert(self.picture),
            over_picture: convert(self.over_picture),
            marker: convert(self.marker),
            classes: self.classes.map(convert),
        }
    }
}

/// A colour from its usual six hexadecimal digits.
const fn rgb(hex: u32) -> Rgb {
    [(hex >> 16) as u8, (hex >> 8) as u8, hex as u8]
}

/// A colour between two others: 0 is the first, 1 the second.
pub fn mixed(from: Rgb, to: Rgb, share: f64) -> Rgb {
    std::array::from_fn(|channel| {
        let (from, to) = (f64::from(from[channel]), f64::from(to[channel]));
        (from + share.clamp(0.0, 1.0) * (to - from)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::look::Glyph;

    const SCHEMES: [ColorScheme; 2] = [ColorScheme::Dark, ColorScheme::Light];

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

    /// How far apart two colours look, by the weights of red, green and blue in sight.
    fn difference(a: Rgb, b: Rgb) -> f64 {
        let weighted = [0.9, 1.2, 0.7].iter().zip(a).zip(b);
        weighted.map(|((weight, a), b)| weight * f64::from(a.abs_diff(b))).sum()
    }

    fn terms(palette: &Palette) -> [Rgb; 5] {
        [palette.reconstruction, palette.kl, palette.sparsity, palette.rate, palette.contractive]
    }

    #[test]
    fn no_two_of_a_hundred_classes_look_the_same() {
        let looks: std::collections::HashSet<(Rgb, Glyph)> =
            (0..100).map(|class| (LIGHT.class(class), Glyph::of_class(class))).collect();
        assert_eq!(looks.len(), 100);
    }

    #[test]
    fn data_and_text_are_readable_on_the_page() {
        for scheme in SCHEMES {
            let palette = scheme.palette();
            let data = palette.classes.into_iter().chain(terms(palette));
            for color in data.chain([palette.text, palette.muted, palette.accent]) {
                let ratio = contrast(color, palette.page);
                assert!(ratio >= 2.9, "{color:?} on {:?} in {scheme:?}: contrast {ratio:.2}", palette.page);
            }
            let captions = contrast(palette.muted, palette.page);
            assert!(captions >= 4.5, "captions in {scheme:?}: contrast {captions:.2}");
        }
    }

    #[test]
    fn text_on_the_accent_is_readable() {
        for scheme in SCHEMES {
            let palette = scheme.palette();
            let ratio = contrast(palette.on_accent, palette.accent);
            assert!(ratio >= 4.5, "{scheme:?}: contrast {ratio:.2}");
        }
    }

    #[test]
    fn terms_are_readable_on_a_panel_and_can_be_told_apart() {
        for scheme in SCHEMES {
            let palette = scheme.palette();
            let terms = terms(palette);
            for (i, term) in terms.iter().enumerate() {
                let ratio = contrast(*term, palette.panel);
                assert!(ratio >= 3.9, "term {i} in {scheme:?}: contrast {ratio:.2}");
                for (j, other) in terms.iter().enumerate().skip(i + 1) {
                    let apart = difference(*term, *other);
                    assert!(apart > 45.0, "terms {i} and {j} in {scheme:?} are only {apart:.0} apart");
                }
            }
        }
    }
}
