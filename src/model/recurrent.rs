//! Recurrent networks: a cell reads an image row by row into a memory; another unrolls a code into rows again.
//!
//! The cells follow the formulas of PyTorch's `nn.GRU` and `nn.LSTM`, with the gates packed in its order, so that
//! weights can be carried over. Per row there is one product of the memory with the weights of all gates together.
//! Both cells are told which row they are at, as if it followed their input as a one-hot vector: without that they
//! would have to count rows in their memory before they could learn anything about the image.

use burn::module::{Module, Param};
use burn::nn::Linear;
use burn::tensor::{Tensor, activation};

use super::dense::Dense;
use super::init::Weights;
use super::pass::Pass;
use crate::recipe::{Activation, Cell as Kind, ModelRecipe};

/// What a hidden state is called under its picture: whatever the gates do, it ends as a tanh.
const MEMORY: &str = "tanh";
/// How far the first weights of a row's number spread. One number of a one-hot row is not zero, so that this is the
/// spread of what arrives at a gate: enough to open some and shut others, each row in its own way. With weights drawn
/// as for a dense layer all rows look alike at first, and learning to tell them apart takes hundreds of steps.
const ROW_SPREAD: f32 = 2.0;

/// What is carried from row to row.
#[derive(Clone, Debug)]
pub struct Memory {
    /// The hidden state. `[batch, hidden]`
    pub hidden: Tensor<2>,
    /// An LSTM's second state. `[batch, hidden]`
    pub cell: Option<Tensor<2>>,
}

/// One step of a recurrent network.
#[derive(Module, Debug)]
pub struct Cell {
    /// From a row to all gates; a GRU's are r, z, n, an LSTM's are i, f, g, o.
    pub input: Linear,
    /// From the number of the row to all gates: what the input part's weights for a one-hot row would be.
    /// `[height, gates · hidden]`
    pub rows: Param<Tensor<2>>,
    /// From the hidden state to all gates.
    pub hidden: Linear,
    #[module(skip)]
    kind: Kind,
    #[module(skip)]
    size: usize,
}

impl Cell {
    /// Draws a cell that remembers as many numbers as the recipe says, over so many rows.
    pub fn new(weights: &mut Weights<'_>, inputs: usize, height: usize, recipe: &ModelRecipe) -> Self {
        let (kind, size) = (recipe.cell, recipe.hidden);
        let (gates, remembering) = match kind {
            Kind::Gru => (3, None),
            // With its forget gate half shut an LSTM forgets the first rows before it has learned what they are for.
            Kind::Lstm => (4, Some(1)),
        };
        let input = weights.gates(inputs, size, gates, remembering);
        let rows = weights.table(height, size * gates, ROW_SPREAD);
        let hidden = weights.orthogonal_gates(size, gates);
        Self { input, rows, hidden, kind, size }
    }

    /// What the input and the number of its row give to all gates.
    ///
    /// # Shapes
    /// - from_input: `[batch, gates · hidden]`, what [`Cell::input`] makes of the input
    /// - output: `[batch, gates · hidden]`
    pub fn at_row(&self, from_input: Tensor<2>, row: usize) -> Tensor<2> {
        from_input + self.rows.val().narrow(0, row, 1)
    }

    /// Numbers in the hidden state.
    pub fn size(&self) -> usize {
        self.size
    }

    /// A memory in which nothing is yet.
    ///
    /// # Shapes
    /// - like: `[batch, any]`, on the device of the memory
    pub fn empty(&self, like: &Tensor<2>) -> Memory {
        let nothing = Tensor::zeros([like.dims()[0], self.size], &like.device());
        let cell = (self.kind == Kind::Lstm).then(|| nothing.clone());
        Memory { hidden: nothing, cell }
    }

    /// The memory after one more row, of which the input part is known already.
    ///
    /// # Shapes
    /// - from_input: `[batch, gates · hidden]`, what [`Cell::at_row`] gives
    /// - memory: `[batch, hidden]`
    /// - output: `[batch, hidden]`
    pub fn step(&self, from_input: Tensor<2>, memory: Memory) -> Memory {
        let from_hidden = self.hidden.forward(memory.hidden.clone());
        match memory.cell {
            Some(cell) => self.lstm(from_input + from_hidden, cell),
            None => self.gru(from_input, from_hidden, memory.hidden),
        }
    }

    /// `r, z = σ(·)`, `n = tanh(W x + b + r ∘ (U h + c))`, `h ← (1 − z) ∘ n + z ∘ h`.
    fn gru(&self, from_input: Tensor<2>, from_hidden: Tensor<2>, hidden: Tensor<2>) -> Memory {
        let size = self.size;
        let both = from_input.clone().narrow(1, 0, 2 * size) + from_hidden.clone().narrow(1, 0, 2 * size);
        let both = activation::sigmoid(both);
        let (reset, keep) = (both.clone().narrow(1, 0, size), both.narrow(1, size, size));
        let candidate = from_input.narrow(1, 2 * size, size) + reset * from_hidden.narrow(1, 2 * size, size);
        let candidate = candidate.tanh();
        Memory { hidden: candidate.clone() + keep * (hidden - candidate), cell: None }
    }

    /// `i, f, o = σ(·)`, `g = tanh(·)`, `c ← f ∘ c + i ∘ g`, `h ← o ∘ tanh(c)`.
    fn lstm(&self, gates: Tensor<2>, cell: Tensor<2>) -> Memory {
        let size = self.size;
        let both = activation::sigmoid(gates.clone().narrow(1, 0, 2 * size));
        let (write, keep) = (both.clone().narrow(1, 0, size), both.narrow(1, size, size));
        let candidate = gates.clone().narrow(1, 2 * size, size).tanh();
        let show = activation::sigmoid(gates.narrow(1, 3 * size, size));
        let cell = keep * cell + write * candidate;
        Memory { hidden: show * cell.clone().tanh(), cell: Some(cell) }
    }
}

/// Reads an image from its first row to its last; what it remembers then goes on to the code.
#[derive(Module, Debug)]
pub struct Reader {
    /// One step of the reading.
    pub cell: Cell,
    #[module(skip)]
    dims: [usize; 3],
}

impl Reader {
    /// Draws a reader of images of `[channels, height, width]`.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        Self { cell: Cell::new(weights, dims[0] * dims[2], dims[1], recipe), dims }
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
        let mut memory = None;
        let mut states = Vec::with_capacity(height);
        for at in 0..height {
            // Row by row and not all at once: the backward pass of a slice fills a tensor as large as the whole, which
            // for every row of one large product costs more than the many small products do.
            let row = rows.clone().narrow(0, at, 1).reshape([batch, channels * width]);
            let before = memory.unwrap_or_else(|| self.cell.empty(&row));
            let after = self.cell.step(self.cell.at_row(self.cell.input.forward(row), at), before);
            states.push(after.hidden.clone());
            memory = Some(after);
        }
        states
    }

    /// # Shapes
    /// - x: `[batch, pixels]`
    /// - output: `[batch, hidden]`
    pub fn forward(&self, x: Tensor<2>, pass: &mut Pass) -> Tensor<2> {
        let [batch, _] = x.dims();
        let states = self.states(x);
        if pass.is_tracing() {
            pass.keep(&Tensor::cat(states.clone(), 1), Some([1, self.dims[1], self.cell.size]), MEMORY);
        }
        match states.into_iter().next_back() {
            Some(last) => last,
            None => Tensor::zeros([batch, self.cell.size], &self.cell.hidden.weight.device()),
        }
    }
}

/// Unrolls a code into the rows of an image, from the first to the last.
///
/// The code sets the memory at the start and enters again at every row, so that the memory need not carry it through
/// all rows and can be about where the pen is. A row already written is not read again: it is a linear function of
/// the memory, which comes along anyway. So all rows share one input part, and are drawn by one product at the end.
#[derive(Module, Debug)]
pub struct Writer {
    /// From the code to the memory before the first row.
    pub start: Dense,
    /// One step of the writing.
    pub cell: Cell,
    /// From the memory to a row.
    pub output: Param<Tensor<2>>,
    /// What is drawn where the memory says nothing, pixel by pixel: the mean image is learned at once. `[pixels]`
    pub ground: Param<Tensor<1>>,
    #[module(skip)]
    dims: [usize; 3],
}

impl Writer {
    /// Draws a writer of images of `[channels, height, width]`.
    pub fn new(weights: &mut Weights<'_>, recipe: &ModelRecipe, dims: [usize; 3]) -> Self {
        let [channels, height, width] = dims;
        Self {
            start: Dense::new(weights, recipe.code, recipe.hidden, Activation::Tanh),
            cell: Cell::new(weights, recipe.code, height, recipe),
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
        let mut memory = Memory { hidden: self.start.forward(z.clone()), ..self.cell.empty(&z) };
        let from_code = self.cell.input.forward(z);
        let mut states = Vec::with_capacity(height);
        for row in 0..height {
            memory = self.cell.step(self.cell.at_row(from_code.clone(), row), memory);
            states.push(memory.hidden.clone());
        }
        let states = Tensor::cat(states, 1);
        pass.keep(&states, Some([1, height, self.cell.size]), MEMORY);
        let rows = states.reshape([batch * height, self.cell.size]).matmul(self.output.val());
        let rows = rows.reshape([batch, height, channels, width]).permute([0, 2, 1, 3]);
        rows.reshape([batch, channels * height * width]) + self.ground.val().unsqueeze()
    }
}
