//! The values of the objective and its terms, per image.

use crate::model::Penalty;

/// The mean objective per image, and each of its terms, unweighted.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Metrics {
    /// Reconstruction plus weighted penalties.
    pub objective: f64,
    /// Squared error or cross-entropy, summed over pixels.
    pub reconstruction: f64,
    /// Squared error of the reconstruction from the code itself (μ of a Gaussian one); only evaluations measure it.
    pub squared_error: Option<f64>,
    /// Each penalty, unweighted, in the order of [`Penalty::ALL`].
    pub penalties: [Option<f64>; Penalty::ALL.len()],
}

impl Metrics {
    /// The unweighted value of a penalty, if the objective has it.
    pub fn penalty(&self, penalty: Penalty) -> Option<f64> {
        self.penalties[penalty as usize]
    }

    /// Every penalty of the objective with its value.
    pub fn penalties(&self) -> impl Iterator<Item = (Penalty, f64)> + '_ {
        Penalty::ALL.into_iter().filter_map(|p| Some((p, self.penalty(p)?)))
    }

    /// Sets a penalty's value.
    pub fn set_penalty(&mut self, penalty: Penalty, value: f64) {
        self.penalties[penalty as usize] = Some(value);
    }

    /// Whether every value is finite.
    pub fn is_finite(&self) -> bool {
        self.objective.is_finite()
            && self.reconstruction.is_finite()
            && self.squared_error.is_none_or(f64::is_finite)
            && self.penalties().all(|(_, x)| x.is_finite())
    }

    /// The mean of several; `None` if there are none.
    pub fn mean<'a>(metrics: impl IntoIterator<Item = &'a Self>) -> Option<Self> {
        let mut total = Total::default();
        metrics.into_iter().for_each(|f| total.add(f));
        total.mean()
    }
}

/// A running mean in f64, summed in order.
#[derive(Clone, Copy, Debug, Default)]
pub struct Total {
    sum: Metrics,
    count: u64,
}

impl Total {
    /// Adds the metrics of one image or one batch.
    pub fn add(&mut self, metrics: &Metrics) {
        let Metrics { objective, reconstruction, squared_error, penalties } = metrics;
        self.sum.objective += objective;
        self.sum.reconstruction += reconstruction;
        add_optional(&mut self.sum.squared_error, *squared_error);
        for (sum, value) in self.sum.penalties.iter_mut().zip(penalties) {
            add_optional(sum, *value);
        }
        self.count += 1;
    }

    /// The mean of what was added.
    pub fn mean(&self) -> Option<Metrics> {
        let n = self.count as f64;
        (self.count > 0).then(|| Metrics {
            objective: self.sum.objective / n,
            reconstruction: self.sum.reconstruction / n,
            squared_error: self.sum.squared_error.map(|x| x / n),
            penalties: self.sum.penalties.map(|p| p.map(|x| x / n)),
        })
    }
}

fn add_optional(sum: &mut Option<f64>, value: Option<f64>) {
    if let Some(value) = value {
        *sum = Some(sum.unwrap_or(0.0) + value);
    }
}
