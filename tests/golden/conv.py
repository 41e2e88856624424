"""Forward passes of convolutional networks and U-Nets, made by PyTorch: weights, input and outputs, one small file each.

Made with PyTorch 1.13.1 and safetensors 0.8.0: python tests/golden/conv.py. The weights are drawn here, so the files
say nothing about initial weights; names are those of the program's own modules after Burn's PyTorch adapter.
"""

import os

import torch
from safetensors.torch import save_file
from torch import nn

HERE = os.path.dirname(os.path.abspath(__file__))
F = nn.functional


def groups(channels):
    return next(n for n in (4, 3, 2, 1) if channels % n == 0)


class Stage(nn.Module):
    """A convolution, its normalisation and its activation, with what changes the image's size."""

    def __init__(self, a, b, norm, act, size=3, stride=1, before=None, after=None, transposed=False):
        super().__init__()
        if transposed:
            self.kernel = nn.ConvTranspose2d(a, b, 4, 2, 1)
        else:
            self.kernel = nn.Conv2d(a, b, size, stride, size // 2)
        if norm == "batch":
            self.norm = nn.BatchNorm2d(b)
        elif norm == "group":
            self.norm = nn.GroupNorm(groups(b), b)
        self.act, self.before, self.after = act, before, after

    def forward(self, x):
        if self.before == "pool":
            x = F.max_pool2d(x, 2)
        if self.before == "repeat":
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        x = self.kernel(x)
        if hasattr(self, "norm"):
            x = self.norm(x)
        x = self.act(x)
        return F.max_pool2d(x, 2) if self.after == "pool" else x


def identity(x):
    return x


class Open(nn.Module):
    def __init__(self, a, b):
        super().__init__()
        self.linear = nn.Linear(a, b)


class Part(nn.Module):
    pass


class Net(nn.Module):
    def __init__(self, dims, channels, code, norm, act, down, up, unet):
        super().__init__()
        image, height, width = dims
        halvings = len(channels) - 1 if unet else len(channels)
        self.maps = (channels[-1], height >> halvings, width >> halvings)
        flat = self.maps[0] * self.maps[1] * self.maps[2]
        self.act, self.unet = act, unet
        self.encoder, self.code, self.decoder = Part(), Part(), Part()
        pairs = list(zip([image] + channels[:-1], channels))
        if unet:
            stages = [Stage(a, b, norm, act, before="pool" if k else None) for k, (a, b) in enumerate(pairs)]
        elif down == "strided":
            stages = [Stage(a, b, norm, act, stride=2) for a, b in pairs]
        else:
            stages = [Stage(a, b, norm, act, after="pool") for a, b in pairs]
        self.encoder.stages = nn.ModuleList(stages)
        self.code.head = nn.Linear(flat, code)
        self.decoder.open = Open(code, flat)

        def doubling(a, b, norm, act):
            if up == "resize":
                return Stage(a, b, norm, act, before="repeat")
            return Stage(a, b, norm, act, transposed=True)

        back = list(zip(channels[::-1], channels[::-1][1:]))
        if unet:
            self.decoder.ups = nn.ModuleList([doubling(a, b, norm, act) for a, b in back])
            self.decoder.merges = nn.ModuleList([Stage(2 * b, b, norm, act) for _, b in back])
            self.decoder.output = Stage(channels[0], image, "none", identity, size=1)
        else:
            stages = [doubling(a, b, norm, act) for a, b in back]
            self.decoder.stages = nn.ModuleList(stages + [doubling(channels[0], image, "none", identity)])

    def encode(self, x):
        maps = []
        for stage in self.encoder.stages:
            x = stage(x)
            maps.append(x)
        return self.code.head(x.flatten(1)), maps[:-1]

    def decode(self, z, skips):
        x = self.act(self.decoder.open.linear(z)).reshape(-1, *self.maps)
        if not self.unet:
            for stage in self.decoder.stages:
                x = stage(x)
            return x.flatten(1)
        for up, merge, skip in zip(self.decoder.ups, self.decoder.merges, skips[::-1]):
            x = merge(torch.cat([up(x), skip], dim=1))
        return self.decoder.output(x).flatten(1)


def make(name, dims, channels, code, norm="none", act=F.relu, down="strided", up="resize", unet=False):
    torch.manual_seed(5)
    net = Net(dims, channels, code, norm, act, down, up, unet)
    for key, value in net.state_dict().items():
        if key.endswith("running_var") or (".norm." in key and key.endswith("weight")):
            value.copy_(torch.rand(value.shape) + 0.5)
        elif value.dtype == torch.float32 and (".norm." in key or key.endswith("bias")):
            value.copy_(0.3 * torch.randn(value.shape))
    net.eval()
    with torch.no_grad():
        x = torch.rand(2, *dims)
        z, skips = net.encode(x)
        tensors = {k: v for k, v in net.state_dict().items() if v.dtype == torch.float32}
        tensors |= {"golden.x": x.flatten(1), "golden.code": z, "golden.raw": net.decode(z, skips)}
        if unet:
            tensors["golden.cut"] = net.decode(z, [torch.zeros_like(s) for s in skips])
    tensors = {k: v.contiguous().clone() for k, v in tensors.items()}
    path = os.path.join(HERE, f"{name}.safetensors")
    save_file(tensors, path, metadata={"made_by": f"torch {torch.__version__}"})
    print(name, os.path.getsize(path))


if __name__ == "__main__":
    make("conv_strided_resize", (1, 16, 16), [4, 6], 3)
    make("conv_pooled_transposed_group", (3, 16, 16), [4, 6], 3, norm="group", act=F.silu, down="pooled", up="transposed")
    make("conv_batch", (1, 12, 8), [4, 8], 3, norm="batch", act=torch.tanh)
    make("unet_resize", (1, 16, 16), [3, 4, 6], 3, unet=True)
    make("unet_transposed_group", (3, 8, 8), [3, 4, 6, 8], 3, norm="group", up="transposed", unet=True)
