"""Loads networks that this program trained and saved into PyTorch, and stores what PyTorch makes of some images: the
files ours-*.safetensors, with the weights as saved, an input and the outputs.

    python tests/golden/load.py target/release/hourglass

Dense and convolutional networks load by name, with `load_state_dict`. PyTorch's recurrent layers keep in one matrix
what this program keeps in two, the weights of a row's pixels and those of its number.
"""

import pathlib
import subprocess
import sys
import tempfile

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import nn

from conv import Net, Part

HERE = pathlib.Path(__file__).parent
PROGRAM = pathlib.Path(sys.argv[1]).resolve()
F = nn.functional


class Layer(nn.Module):
    def __init__(self, inputs, outputs):
        super().__init__()
        self.linear = nn.Linear(inputs, outputs)


class Dense(nn.Module):
    """784-16-8-4 and back, ReLU, a Gaussian code."""

    def __init__(self):
        super().__init__()
        self.encoder, self.code, self.decoder, self.decoder.hidden = Part(), Part(), Part(), Part()
        self.encoder.layers = nn.ModuleList([Layer(784, 16), Layer(16, 8)])
        self.code.head = nn.Linear(8, 2 * 4)
        self.decoder.hidden.layers = nn.ModuleList([Layer(4, 8), Layer(8, 16)])
        self.decoder.output = Layer(16, 784)

    def forward(self, x):
        x = x.flatten(1)
        for layer in self.encoder.layers:
            x = F.relu(layer.linear(x))
        mean, _ = self.code.head(x).chunk(2, dim=1)
        x = mean
        for layer in self.decoder.hidden.layers:
            x = F.relu(layer.linear(x))
        return mean, torch.sigmoid(self.decoder.output.linear(x))


class Conv(Net):
    def forward(self, x):
        code, skips = self.encode(x)
        return code, torch.sigmoid(self.decode(code, skips))


class Recurrent:
    """A GRU that reads 28 rows of 28 pixels and another that writes them."""

    hidden, code = 10, 4

    def load_state_dict(self, weights):
        def gru(name, inputs):
            gru = nn.GRU(inputs + 28, self.hidden, batch_first=True)
            rows = weights.pop(f"{name}.rows")
            gru.load_state_dict({
                "weight_ih_l0": torch.cat([weights.pop(f"{name}.input.weight"), rows.T], 1),
                "bias_ih_l0": weights.pop(f"{name}.input.bias"),
                "weight_hh_l0": weights.pop(f"{name}.hidden.weight"),
                "bias_hh_l0": weights.pop(f"{name}.hidden.bias"),
            })
            return gru

        def linear(name, inputs, outputs):
            linear = nn.Linear(inputs, outputs)
            linear.load_state_dict({key: weights.pop(f"{name}.{key}") for key in ("weight", "bias")})
            return linear

        weights = dict(weights)
        self.reader, self.writer = gru("encoder.cell", 28), gru("decoder.cell", self.code)
        self.head = linear("code.head", self.hidden, self.code)
        self.start = linear("decoder.start.linear", self.code, self.hidden)
        self.output, self.ground = weights.pop("decoder.output"), weights.pop("decoder.ground")
        assert not weights, weights.keys()

    def eval(self):
        return self

    def __call__(self, x):
        rows = x.reshape(-1, 28, 28)
        number = torch.eye(28).expand(len(rows), -1, -1)
        states, _ = self.reader(torch.cat([rows, number], 2))
        code = self.head(states[:, -1])
        state = torch.tanh(self.start(code))[None]
        written, _ = self.writer(torch.cat([code[:, None].expand(-1, 28, -1), number], 2), state)
        raw = (written @ self.output).flatten(1) + self.ground.flatten()
        return code, torch.sigmoid(raw)


def load(name, net, recipe, *settings):
    with tempfile.TemporaryDirectory() as folder:
        given = [part for setting in settings for part in ("--set", setting)]
        command = [PROGRAM, "train", recipe, "--data", "digits", "--set", "data.count=700", "--epochs", "3", "--device", "cpu"]
        subprocess.run([*command, "--out", folder, *given], check=True, capture_output=True)
        with safe_open(pathlib.Path(folder, "model.safetensors"), "pt") as file:
            weights = {key: file.get_tensor(key) for key in file.keys()}
            recipe = file.metadata()["recipe"]
    net.load_state_dict(weights)
    net.eval()
    torch.manual_seed(4)
    x = torch.rand(3, 1, 28, 28)
    with torch.no_grad():
        code, images = net(x)
    tensors = weights | {"golden.x": x.flatten(1), "golden.code": code, "golden.images": images}
    path = HERE / f"ours-{name}.safetensors"
    tensors = {key: value.contiguous() for key, value in tensors.items()}
    save_file(tensors, path, metadata={"recipe": recipe, "made_by": f"tests/golden/load.py, torch {torch.__version__}"})
    print(path.name, path.stat().st_size, "bytes")


load("dense", Dense(), "vae-20", "model.widths=16-8", "model.code=4")
conv = Conv((1, 28, 28), [3, 4], 4, "batch", F.relu, "strided", "resize", False)
load("conv", conv, "conv-16", "model.channels=3-4", "model.code=4", "model.norm=batch")
load("recurrent", Recurrent(), "gru-rows", "model.hidden=10", "model.code=4")
