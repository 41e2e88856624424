//! Recurrent networks: a cell reads an image row by row into a hidden state; another one writes rows from a code.
//!
//! The cells follow the formulas of PyTorch's `nn.GRU` and `nn.LSTM`, with the gates in the same order, so that
//! weights can be transferred. Per row there is one product of the hidden state with the weights of all gates. Both
//! cells also get the number of the row, as if a one-hot vector followed their input: otherwise they would have to
//! learn to count rows before anything else.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Tensor, activation};

use super::dense::Dense;
use super::init::Weights;
use super::pass::Pass;
use crate::recipe::{self, Activation, ModelRecipe};

/// The activation of a hidden state, as it is displayed.
const STATE_ACTIVATION: &str = "tanh";
/// The standard deviation of the initial weights of the row number. One entry of a one-hot row is not zero, so this is
/// the standard deviation of a gate's input: enough to open some gates and close others, differently for each row.
/// With the weights of a dense layer all rows would look alike at first, and learning to distinguish them would take
/// hundreds of steps.
const ROW_SPREAD: f32 = 2.0;

/// The state that is carried from row to row.
#[derive(Clone, Debug)]
pub struct HiddenState {
    /// The hidden state. `[batch, hidden]`
    pub hidden: Tensor<2>,
    /// The cell state of an LSTM. `[batch, hidden]`
    pub cell: Option<Tensor<2>>,
}

/// One step of a recurrent network.
#[derive(Module, Debug)]
pub struct RecurrentCell {
    /// From a row to all gates; a GRU's are r, z, n, an LSTM's are i, f, g, o.
    pub input: Linear,
    /// From the number of the row to all gates: the weights of a one-hot vector.
    /// `[height, gates · hidden]`
    pub rows: Param<Tensor<2>>,
    /// From the hidden state to all gates.
    pub hidden: Linear,
    #[module(skip)]
    kind: recipe::Cell,
    #[module(skip)]
    size: usize,
}

impl RecurrentCell {
    /// Initialises a cell with the hidden size of the recipe, for `height` rows.
    pub fn new(weights: &mut Weights<'_>, inputs: usize, height: usize, recipe: &ModelRecipe) -> Self {
        let (kind, size) = (recipe.cell, recipe.hidden);
        let (gates, open) = match kind {
            recipe::Cell::Gru => (3, None),
            // The bias of the forget gate is one: otherwise an LSTM forgets the first rows before it has learned to
            // use them.
            recipe::Cell::Lstm => (4, Some(1)),
        };
        let input = weights.gates(inputs, size, gates, open);
        let rows = weights.table(height, size * gates, ROW_SPREAD);
        let hidden = weights.orthogonal_gates(size, gates);
        Self { input, rows, hidden, kind, size }
    }

    /// The input of all gates from the input of the cell and the number of its row.
    ///
    /// # Shapes
    /// - from_input: `[batch, gates · hidden]`, the output of [`RecurrentCell::input`]
    /// - output: `[batch, gates · hidden]`
    pub fn at_row(&self, from_input: Tensor<2>, row: usize) -> Tensor<2> {
        from_input + self.rows.val().narrow(0, row, 1)
    }

    /// The size of the hidden state.
    pub fn size(&self) -> usize {
        self.size
    }

    /// A state of zeros.
    ///
    /// # Shapes
    /// - like: `[batch, any]`, on the device of the state
    pub fn zero_state(&self, like: &Tensor<2>) -> HiddenState {
        let zeros = Tensor::zeros([like.dims()[0], self.size], &like.device());
        let cell = (self.kind == recipe::Cell::Lstm).then(|| zeros.clone());
        HiddenState { hidden: zeros, cell }
    }

    /// The state after one more row.
    ///
    /// # Shapes
    /// - from_input: `[batch, gates · hidden]`, the output of [`RecurrentCell::at_row`]
    /// - state: `[batch, hidden]`
    /// - output: `[batch, hidden]`
    pub fn step(&self, from_input: Tensor<2>, state: HiddenState) -> HiddenState {
        let from_hidden = self.hidden.forward(state.hidden.clone());
        match state.cell {
            Some(cell) => self.lstm(from_input + from_hidden, cell),
            None => self.gru(from_input, from_hidden, state.hidden),
        }
    }

    /// `r, z = σ(·)`, `n = tanh(W x + b + r ∘ (U h + c))`, `h ← (1 − z) ∘ n + z ∘ h`.
    fn gru(&self, from_input: Tensor<2>, from_hidden: Tensor<2>, hidden: Tensor<2>) -> HiddenState {
        let size = self.size;
        let both = from_input.clone().narrow(1, 0, 2 * size) + from_hidden.clone().narrow(1, 0, 2 * size);
        let both = activation::sigmoid(both);
        let (reset, keep) = (both.clone().narrow(1, 0, size), both.narrow(1, size, size));
        let candidate = from_input.narrow(1, 2 * size, size) + reset * from_hidden.narrow(1, 2 * size, size);
        let candidate = candidate.tanh();
        HiddenState { hidden: candidate.clone() + keep * (hidden - candidate), cell: None }
    }

    /// `i, f, o = σ(·)`, `g = tanh(·)`, `c ← f ∘ c + i ∘ g`, `h ← o ∘ tanh(c)`.
    fn lstm(&self, gates: Tensor<2>, cell: Tensor<2>) -> HiddenState {
        let size = self.size;
        let both = activation::sigmoid(gates.clone().narrow(1, 0, 2 * size));
        let (write, keep) = (both.clone().narrow(1, 0, size), both.narrow(1, size, size));
        let candidate = gates.clone().narrow(1, 2 * size, size).tanh();
        let show = activation::sigmoid(gates.narrow(1, 3 * size, size));
        let cell = keep * cell + write * candidate;
        HiddenState { hidden: show * cell.clone().tanh(), cell: Some(cell) }
    }
}

/// Reads an image from its first row to its last. The final hidden state is its output.
#[derive(Module, Debug)]
pub struct RowEncoder {
    /// The cell.
    pub cell: RecurrentCell,
    #[module(skip)]
    dims: [usize; 3],
}

impl RowEncoder {
    /// Initialises it for images of `[channels, height, width]`.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        Self { cell: RecurrentCell::new(weights, dims[0] * dims[2], dims[1], recipe), dims }
    }

    /// The hidden state after every row.
    ///
    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, hidden]` each, one per row
    pub fn states(&self, x: Tensor<2>) -> Vec<Tensor<2>> {
        let [channels, height, width] = self.dims;
        let batch = x.dims()[0];
        let rows = x.reshape([batch, channels, height, width]).permute([2, 0, 1, 3]);
        let mut state = None;
        let mut states = Vec::with_capacity(height);
        for at in 0..height {
            // One product per row: the backward pass of a slice of one large product would fill a tensor of the size
            // of the whole for every row, which takes longer than many small products.
            let row = rows.clone().narrow(0, at, 1).reshape([batch, channels * width]);
            let before = state.unwrap_or_else(|| self.cell.zero_state(&row));
            let after = self.cell.step(self.cell.at_row(self.cell.input.forward(row), at), before);
            states.push(after.hidden.clone());
            state = Some(after);
        }
        states
    }

    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, hidden]`
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let [batch, _] = x.dims();
        let states = self.states(x);
        if pass.is_recording() {
            pass.record(
                &Tensor::cat(states.clone(), 1),
                Some([1, self.dims[1], self.cell.size]),
                STATE_ACTIVATION,
            );
        }
        match states.into_iter().next_back() {
            Some(last) => last,
            None => Tensor::zeros([batch, self.cell.size], &self.cell.hidden.weight.device()),
        }
    }
}

/// Writes the rows of an image from a code, from the first to the last.
///
/// The code sets the initial state and is also the input at every row, so that the state does not have to carry it
/// through all rows. Rows that were written are not fed back: they are linear functions of the state, which is known
/// anyway. So the input part is the same for all rows, and one product at the end computes all rows.
#[derive(Module, Debug)]
pub struct RowDecoder {
    /// From the code to the initial state.
    pub start: Dense,
    /// The cell.
    pub cell: RecurrentCell,
    /// From the hidden state to a row.
    pub output: Param<Tensor<2>>,
    /// The bias of each pixel, which quickly learns the mean image. `[pixels]`
    pub ground: Param<Tensor<1>>,
    #[module(skip)]
    dims: [usize; 3],
}

impl RowDecoder {
    /// Initialises it for images of `[channels, height, width]`.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        let [channels, height, width] = dims;
        Self {
            start: Dense::new(weights, recipe.code, recipe.hidden, Activation::Tanh),
            cell: RecurrentCell::new(weights, recipe.code, height, recipe),
            output: weights.matrix(recipe.hidden, channels * width, Activation::Linear),
            ground: weights.constant(0.0, channels * height * width),
            dims,
        }
    }

    /// # Shapes
    /// - z: `[batch, code]`
    /// - output: `[batch, pixels]`
    pub fn forward(&self, z: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let [channels, height, width] = self.dims;
        let batch = z.dims()[0];
        let mut state = HiddenState { hidden: self.start.forward(z.clone()), ..self.cell.zero_state(&z) };
        let from_code = self.cell.input.forward(z);
        let mut states = Vec::with_capacity(height);
        for row in 0..height {
            state = self.cell.step(self.cell.at_row(from_code.clone(), row), state);
            states.push(state.hidden.clone());
        }
        let states = Tensor::cat(states, 1);
        pass.record(&states, Some([1, height, self.cell.size]), STATE_ACTIVATION);
        let rows = states.reshape([batch * height, self.cell.size]).matmul(self.output.val());
        let rows = rows.reshape([batch, height, channels, width]).permute([0, 2, 1, 3]);
        rows.reshape([batch, channels * height * width]) + self.ground.val().unsqueeze()
    }
}
