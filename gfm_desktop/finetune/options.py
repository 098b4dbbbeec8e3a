"""Every setting of a fine-tuning: the form, the flags and the report read this list."""

from __future__ import annotations

from gfm_desktop.models.option import Option

METHODS = ("auto", "probe", "lora", "last-blocks", "full")
PROBE_BELOW = 200
"""Labels below which ``auto`` means a linear model on frozen embeddings."""

OPTIONS = (
    Option(
        "method",
        "Method",
        "How the model learns: a linear model on frozen embeddings (probe), small "
        "additions to its layers (LoRA), its last blocks, or all of it. “auto” takes "
        f"the probe below {PROBE_BELOW} labels and on a computer without a graphics "
        "card, else LoRA.",
        "auto",
        choices=METHODS,
    ),
    Option(
        "task",
        "Task",
        "What the labels are; “auto” reads it off them.",
        "auto",
        choices=("auto", "binary", "multiclass", "multilabel", "regression"),
    ),
    Option(
        "split",
        "Split",
        "How examples are kept apart for the test: the file's own column, whole "
        "chromosomes, groups of similar sequences, or at random (flatters). “auto” "
        "takes the file's column, else chromosomes where they are known, else groups.",
        "auto",
        choices=("auto", "given", "chromosome", "similarity", "random"),
    ),
    Option(
        "test_fraction",
        "Test part",
        "Part of the examples that is only measured.",
        0.2,
        minimum=0.05,
        maximum=0.5,
    ),
    Option(
        "folds",
        "Folds",
        "Parts of a cross-validation, which chooses settings and, with few labels, "
        "measures as well.",
        5,
        minimum=2,
        maximum=20,
    ),
    Option(
        "identity",
        "Similar from",
        "Identity of aligned letters from which two sequences count as relatives.",
        0.8,
        minimum=0.5,
        maximum=1.0,
    ),
    Option(
        "reverse_complement",
        "Both strands",
        "Whether the reverse complement means the same: it is then learnt too, and "
        "predictions are the mean of both. “auto” lets the examples decide (labels of "
        "regions and variants: yes; else whichever k-mer model is better).",
        "auto",
        choices=("auto", "yes", "no"),
    ),
    Option(
        "pooling",
        "Pooling",
        "How the states of all tokens become one vector: their mean, their maximum, "
        "or the middle of the sequence; “auto” lets the validation folds choose.",
        "auto",
        choices=("auto", "mean", "max", "centre"),
    ),
    Option(
        "layer",
        "Layer",
        "Which layer a probe reads, counted from 1; -1 is the last, 0 lets the "
        "validation folds choose.",
        0,
        minimum=-1,
        maximum=200,
    ),
    Option(
        "epochs",
        "Epochs",
        "Most times that all examples are read; the best epoch is kept.",
        20,
        minimum=1,
        maximum=1000,
    ),
    Option(
        "patience",
        "Patience",
        "Epochs without improvement after which the training ends.",
        4,
        minimum=1,
        maximum=1000,
        unit="epochs",
    ),
    Option(
        "learning_rate",
        "Learning rate",
        "Highest step size; 0 takes the method's own.",
        0.0,
        minimum=0.0,
        maximum=1.0,
    ),
    Option(
        "warmup",
        "Warm-up",
        "Part of the training in which the learning rate grows.",
        0.1,
        minimum=0.0,
        maximum=0.9,
    ),
    Option("weight_decay", "Weight decay", "Pull of all weights towards 0.", 0.01),
    Option(
        "lora_rank", "LoRA rank", "Size of the additions.", 8, minimum=1, maximum=256
    ),
    Option(
        "last_blocks",
        "Last blocks",
        "How many blocks at the end learn.",
        2,
        minimum=1,
        maximum=100,
    ),
    Option(
        "class_weights",
        "Balance classes",
        "Let rare classes count as much as common ones while learning; probabilities "
        "are calibrated back afterwards.",
        True,
    ),
    Option(
        "calibration",
        "Calibration",
        "How predicted probabilities are brought in line with what is true: one "
        "temperature, a rising curve (isotonic, from 200 validation labels), or not.",
        "auto",
        choices=("auto", "none", "temperature", "isotonic"),
    ),
    Option(
        "precision",
        "Number format",
        "bf16 is faster on new hardware; “auto” uses it on graphics cards only.",
        "auto",
        choices=("auto", "fp32", "bf16"),
    ),
    Option(
        "learning_curve",
        "Learning curve",
        "Also learn from fewer labels, to tell how many are needed.",
        True,
    ),
    Option(
        "seed", "Seed", "Start of every random choice.", 1, minimum=0, maximum=2**31
    ),
)
