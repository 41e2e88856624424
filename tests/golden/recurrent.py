"""Makes recurrent-gru.safetensors and recurrent-lstm.safetensors: a small recurrent autoencoder in PyTorch, its
weights under the names of our module, an input, its code and its output before the sigmoid. Both cells read the number
of the row as a one-hot vector after their input; our module keeps those columns of weight_ih apart, as `rows`.

Made with PyTorch 1.13.1 and safetensors on the CPU: python3 tests/golden/recurrent.py
"""

import os

import torch
from safetensors.torch import save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))


def golden(kind, channels, height, width, hidden, code, seed):
    torch.manual_seed(seed)
    gated = {"gru": nn.GRU, "lstm": nn.LSTM}[kind]
    row = channels * width
    reader = gated(row + height, hidden, batch_first=True)
    head = nn.Linear(hidden, code)
    start = nn.Linear(code, hidden)
    writer = gated(code + height, hidden, batch_first=True)
    output = nn.Linear(hidden, row, bias=False)
    ground = torch.randn(channels * height * width)

    x = torch.rand(3, channels, height, width)
    # One row is one step: all channels of it, one after the other.
    rows = x.permute(0, 2, 1, 3).reshape(3, height, row)
    number = torch.eye(height).expand(3, -1, -1)
    states, _ = reader(torch.cat([rows, number], 2))
    z = head(states[:, -1])
    first = torch.tanh(start(z))[None]
    state = first if kind == "gru" else (first, torch.zeros_like(first))
    written, _ = writer(torch.cat([z[:, None].expand(-1, height, -1), number], 2), state)
    raw = output(written).reshape(3, height, channels, width).permute(0, 2, 1, 3)

    raw = raw.reshape(3, -1) + ground
    tensors = {"x": x.reshape(3, -1), "code": z, "raw": raw}
    # Not the weights of a linear layer to our loader, so they stand as it multiplies by them: [inputs, outputs].
    tensors["decoder.output"] = output.weight.T
    tensors["decoder.ground"] = ground
    linears = {"code.head": head, "decoder.start.linear": start}
    for name, linear in linears.items():
        tensors[name + ".weight"] = linear.weight
        tensors[name + ".bias"] = linear.bias
    for name, cell, inputs in [("encoder.cell", reader, row), ("decoder.cell", writer, code)]:
        tensors[name + ".input.weight"] = cell.weight_ih_l0[:, :inputs]
        tensors[name + ".rows"] = cell.weight_ih_l0[:, inputs:].T
        tensors[name + ".input.bias"] = cell.bias_ih_l0
        tensors[name + ".hidden.weight"] = cell.weight_hh_l0
        tensors[name + ".hidden.bias"] = cell.bias_hh_l0
    tensors = {name: tensor.detach().contiguous() for name, tensor in tensors.items()}
    save_file(tensors, os.path.join(HERE, f"recurrent-{kind}.safetensors"))


golden("gru", channels=1, height=7, width=5, hidden=6, code=3, seed=1)
golden("lstm", channels=3, height=4, width=6, hidden=5, code=2, seed=2)
