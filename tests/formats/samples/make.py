"""Makes the sample files beside this script with the tools that people use: NumPy, scikit-learn, csv, Pillow and zipfile.

    pip install numpy scikit-learn pillow && python make.py

The first 120 of scikit-learn's digits, ordered by class, are stored three times: as NPZ, as CSV and as a ZIP of PNG files.
"""

import csv
import io
import os
import zipfile

import numpy as np
from PIL import Image
from sklearn.datasets import load_digits

os.chdir(os.path.dirname(os.path.abspath(__file__)))

WHEN = (2026, 1, 1, 0, 0, 0)


def picture(pixels, kind, **options):
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind, **options)
    return out.getvalue()


def archive(name, entries):
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED) as zipped:
        for path, content in entries:
            zipped.writestr(zipfile.ZipInfo(path, WHEN), content, zipfile.ZIP_DEFLATED)


digits = load_digits()
order = np.argsort(digits.target[:120], kind="stable")
images, target = digits.images[:120][order], digits.target[:120][order]

np.savez_compressed("digits.npz", data=images.reshape(120, 64), images=images, target=target)

with open("digits.csv", "w", newline="") as file:
    table = csv.writer(file)
    table.writerow(["label"] + [f"pixel{k}" for k in range(64)])
    for label, image in zip(target, images):
        table.writerow([label] + [int(x) for x in image.ravel()])

grey = np.round(images * 255 / 16).astype(np.uint8)
counts = {}
entries = []
for label, image in zip(target, grey):
    counts[label] = counts.get(label, 0) + 1
    entries.append((f"digits/{label}/{counts[label]:03}.png", picture(image, "PNG")))
archive("digits-png.zip", entries)

# Arrays of other types and layouts.
rng = np.random.default_rng(0)
np.save("channels-first.npy", rng.integers(0, 256, (12, 3, 8, 8), dtype=np.uint8))
np.save("columns-first.npy", np.asfortranarray(rng.random((12, 8, 6), dtype=np.float32)))
np.savez("keras.npz", x_train=grey[:20], y_train=target[:20], x_test=grey[20:28], y_test=target[20:28].astype(np.int32))

# Every kind of picture, of two sizes, in classes with names in two scripts; dark on light.
paper = 255 - np.kron(grey[:6], np.ones((4, 4), dtype=np.uint8))
wide = np.concatenate([np.full((32, 8), 255, np.uint8), paper[5], np.full((32, 8), 255, np.uint8)], axis=1)
broken = picture(paper[0], "PNG")[:60]
archive(
    "kinds.zip",
    [
        ("kinds/猫/a.png", picture(paper[0], "PNG")),
        ("kinds/猫/b.jpg", picture(paper[1], "JPEG", quality=95)),
        ("kinds/猫/c.gif", picture(paper[2], "GIF")),
        ("kinds/dog/d.webp", picture(paper[3], "WEBP", lossless=True)),
        ("kinds/dog/e.bmp", picture(paper[4], "BMP")),
        ("kinds/dog/f.png", picture(wide, "PNG")),
        ("kinds/dog/g.png", broken),
        ("__MACOSX/kinds/dog/._f.png", b"nothing"),
        ("../outside/h.png", picture(paper[0], "PNG")),
    ],
)
