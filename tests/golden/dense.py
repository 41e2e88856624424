"""Makes dense.safetensors: a dense autoencoder as most people write it in PyTorch, two `nn.Sequential`, with its own
initial weights, an input, its code and its output.

Made with PyTorch 2.15 and safetensors on the CPU: python tests/golden/dense.py
"""

import pathlib

import torch
from safetensors.torch import save_file
from torch import nn

torch.manual_seed(6)


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(nn.Linear(64, 20), nn.ReLU(), nn.Linear(20, 9), nn.ReLU(), nn.Linear(9, 3))
        self.decoder = nn.Sequential(
            nn.Linear(3, 9), nn.ReLU(), nn.Linear(9, 20), nn.ReLU(), nn.Linear(20, 64), nn.Sigmoid()
        )


net = Autoencoder()
with torch.no_grad():
    x = torch.rand(4, 64)
    code = net.encoder(x)
    stored = {"golden.x": x, "golden.code": code, "golden.images": net.decoder(code)}
save_file(net.state_dict() | stored, pathlib.Path(__file__).with_name("dense.safetensors"))
