import Networks

/// Connectors, distributions, files, and the parts of a task.
extension KeyTable {
    package static var connectors: [KeyTable] {
        let allowSelf = Key("allow_self", .flag, default: "true", "whether a neuron may be connected to itself", "false")
        func fixedNumber(_ name: String, _ summary: String) -> KeyTable {
            KeyTable(
                name: name, summary: summary,
                keys: [
                    Key("n", .integer(least: 0), default: nil, "number of partners", "10"),
                    Key("with_replacement", .flag, default: "false", "whether a partner may be drawn twice", "true"), allowSelf,
                ])
        }
        func convolution(_ name: String, _ shape: String) -> KeyTable {
            let length = KeyKind.anyOf([.integer(least: 1), .list(.integer(least: 1))])
            return KeyTable(
                name: name, summary: "A convolution (cross-correlation) over \(shape); the kernel's weights are shared.",
                keys: [
                    Key("kernel", length, default: nil, "size of the kernel", "3"),
                    Key("stride", length, default: "1", "distance of neighbouring outputs", "2"),
                    Key(
                        "padding", .anyOf([.integer(least: 0), .list(.integer(least: 0)), .choice(["same", "valid"])]), default: "0",
                        "zeros around the input", "same"),
                    Key("dilation", length, default: "1", "distance of neighbouring kernel entries", "2"),
                    Key("groups", .integer(least: 1), default: "1", "groups of channels that are convolved apart", "1"),
                    Key("channels", .integer(least: 1), default: "those of `post`", "target channels, as a check", "16"),
                ])
        }
        func pooling(_ name: String, _ summary: String) -> KeyTable {
            let length = KeyKind.anyOf([.integer(least: 1), .list(.integer(least: 1))])
            return KeyTable(
                name: name, summary: summary,
                keys: [
                    Key("window", length, default: nil, "size of the window", "2"),
                    Key("stride", length, default: "`window`", "distance of neighbouring windows", "2"),
                ])
        }
        return [
            KeyTable(name: "all_to_all", summary: "Every pair.", keys: [allowSelf]),
            KeyTable(name: "one_to_one", summary: "Neuron i with neuron i.", keys: []),
            KeyTable(
                name: "fixed_probability", summary: "Every pair with the same probability.",
                keys: [Key("p", .fraction, default: nil, "probability", "0.1"), allowSelf]),
            fixedNumber("fixed_number_pre", "Each target has `n` sources."),
            fixedNumber("fixed_number_post", "Each source has `n` targets."),
            KeyTable(
                name: "fixed_total_number", summary: "`n` synapses in all, drawn with replacement.",
                keys: [Key("n", .integer(least: 0), default: nil, "number of synapses", "1000"), allowSelf]),
            KeyTable(
                name: "list",
                summary: "The synapses themselves: rows [source, target], [source, target, weight] or [source, target, weight, delay].",
                keys: [Key("list", .synapses, default: nil, "rows of equal length", "[[0, 1, 0.5, 2 ms]]")]),
            convolution("conv1d", "[channels, length]"), convolution("conv2d", "[channels, height, width]"),
            pooling("sum_pool", "Sums over windows: each synapse has the weight 1, times `weight`."),
            pooling("avg_pool", "Means over windows: each synapse has the weight 1 / window, times `weight`."),
        ]
    }

    package static var distributions: [KeyTable] {
        func key(_ name: String, _ standard: String?, _ summary: String) -> Key {
            Key(name, .number(unit: "the unit of the value"), default: standard, summary, "1")
        }
        let (low, high) = (key("low", nil, "smallest draw"), key("high", nil, "largest draw"))
        let (mean, sigma) = (key("mean", "0", "mean"), key("sigma", nil, "standard deviation"))
        return [
            KeyTable(name: "uniform", summary: "Evenly between `low` and `high`.", keys: [low, high]),
            KeyTable(name: "uniform_int", summary: "Whole numbers from `low` to `high`, both included.", keys: [low, high]),
            KeyTable(name: "normal", summary: "Normal.", keys: [mean, sigma]),
            KeyTable(name: "normal_clipped", summary: "Normal, drawn again while outside.", keys: [mean, sigma, low, high]),
            KeyTable(
                name: "normal_clipped_to_boundary", summary: "Normal, moved to the bound when outside.", keys: [mean, sigma, low, high]),
            KeyTable(
                name: "lognormal", summary: "The logarithm is normal.",
                keys: [
                    Key("mean", .number(unit: nil), default: "0", "mean of the logarithm", "0"),
                    Key("sigma", .number(unit: nil), default: nil, "standard deviation of the logarithm", "0.5"),
                ]),
            KeyTable(name: "exponential", summary: "Exponential.", keys: [key("mean", nil, "mean, PyNN's beta")]),
        ]
    }

    package static var file: KeyTable {
        KeyTable(
            name: "file", summary: "Numbers from a file beside the description.",
            keys: [
                Key("file", .text, default: nil, "ends in .h5, .hdf5, .nir, .npy or .csv; relative to the description", "weights.h5"),
                Key("dataset", .text, default: "", "path in an HDF5 file", "/hidden/weight"),
            ])
    }

    package static var task: KeyTable {
        KeyTable(
            name: "task", summary: "What the network is for.",
            keys: [
                Key(
                    "data", .anyOf([.choice(NamedDataSet.all.map(\.name)), .variants(dataSources)]), default: nil, "the samples",
                    "digits8x8"),
                Key("encode", .variants(encoders), default: nil, "how samples become activity", "{rate: {duration: 32 ms, max: 200 Hz}}"),
                Key("input", .name, default: "the only population of cell `input`", "the population that takes them", "image"),
                Key(
                    "split", .anyOf([.choice(["given"]), .single("test", .fraction), .single("tail", .fraction)]),
                    default: "`given` where the data have a test part, else `{test: 0.2}`",
                    "the test part: the data's own, a drawn fraction, or the last fraction", "{test: 0.2}"),
                Key(
                    "transform", .table(transform), default: "none", "what is done to images before they are encoded",
                    "{resize: [16, 16]}"),
            ])
    }

    package static var transform: KeyTable {
        KeyTable(
            name: "transform", summary: "Cuts the middle out of images, then averages it down, by area.",
            keys: [
                Key("crop", .list(.integer(least: 1)), default: "all", "rows and columns that stay, from the middle", "[24, 24]"),
                Key("resize", .list(.integer(least: 1)), default: "as they are", "rows and columns of the result", "[16, 16]"),
            ])
    }

    package static var dataSources: [KeyTable] {
        DataSource.DataFiles.Format.allCases.map { (format: DataSource.DataFiles.Format) -> KeyTable in
            let labels: String? =
                switch format {
                case .csv: "the last column"
                case .events: "in the samples"
                case .idx, .npy, .hdf5: nil
                }
            return KeyTable(
                name: format.rawValue, summary: "Files in the format \(format.rawValue).",
                keys: [
                    Key("samples", .text, default: nil, "file of the samples; of hdf5 `file.h5:/data`", "train-images"),
                    Key("labels", .text, default: labels, "file of the classes", "train-labels"),
                    Key("test_samples", .text, default: "none", "the same for testing", "test-images"),
                    Key("test_labels", .text, default: "none", "the same for testing", "test-labels"),
                    Key("scale", .number(unit: nil), default: "1", "what samples are divided by, to lie in 0 to 1", "255"),
                ])
        } + [
            KeyTable(
                name: "yin_yang", summary: "The yin-yang set (Kriener et al. 2022), generated.",
                keys: [
                    Key("train", .integer(least: 1), default: "\(YinYangDefaults.train)", "training samples", "5000"),
                    Key("test", .integer(least: 1), default: "\(YinYangDefaults.test)", "test samples", "1000"),
                    Key("seed", .integer(least: 2), default: "\(YinYangDefaults.seed)", "seed of the generator", "42"),
                ])
        ] + DataSource.TrialGenerator.Kind.allCases.map(trials)
    }

    private static func trials(_ kind: DataSource.TrialGenerator.Kind) -> KeyTable {
        let task = kind.task
        let keys = [
            Key("train", .integer(least: 1), default: "\(task.standardTrain)", "training trials", "3200"),
            Key("test", .integer(least: 1), default: "\(task.standardTest)", "test trials", "512"),
            Key("seed", .integer(least: 0), default: "\(TrialDefaults.seed)", "seed of the generator", "42"),
        ]
        return KeyTable(
            name: kind.rawValue, summary: task.summary + ".",
            keys: keys
                + task.options.map { option in
                    let value = text(option.standard)
                    return switch option.kind {
                    case .count(let least): Key(option.name, .integer(least: least), default: value, option.summary, value)
                    case .time: Key(option.name, .time, default: "\(value) ms", option.summary, "\(value) ms")
                    case .fraction: Key(option.name, .fraction, default: value, option.summary, value)
                    case .number: Key(option.name, .number(unit: nil), default: value, option.summary, value)
                    }
                })
    }

    package static var encoders: [KeyTable] {
        let duration = Key("duration", .time, default: nil, "length of a sample's presentation", "32 ms")
        let maximum = Key(
            "max", .number(unit: "Hz"), default: "\(text(EncoderName.defaultMaximum)) Hz, at most one spike in a step",
            "rate of the value 1", "200 Hz")
        return [
            KeyTable(name: "rate", summary: "Evenly spaced spikes, at a rate in proportion to the value.", keys: [duration, maximum]),
            KeyTable(name: "poisson", summary: "Random spikes, at a rate in proportion to the value.", keys: [duration, maximum]),
            KeyTable(
                name: "latency", summary: "One spike, the sooner the larger the value.",
                keys: [
                    duration, Key("first", .time, default: "0 ms", "time of the value 1", "0 ms"),
                    Key("last", .time, default: "the last step", "time of values just above `threshold`", "20 ms"),
                    Key("threshold", .number(unit: nil), default: "0", "values up to it are silent", "0.1"),
                ]),
            KeyTable(
                name: "direct", summary: "The value itself, in every step.",
                keys: [duration, Key("gain", .number(unit: nil), default: "1", "factor", "0.5")]),
            KeyTable(
                name: "spike_time", summary: "One spike, at `early` + (`late` - `early`) · x; with `descending`, 1 - x for x.",
                keys: [
                    duration, Key("early", .number(unit: "ms"), default: "0 ms", "the earliest time, exact", "0.9 ms"),
                    Key("late", .number(unit: "ms"), default: "`duration`", "the latest time, exact", "12 ms"),
                    Key(
                        "order", .choice(SpikeTimeCode.Order.allCases.map(\.rawValue)), default: "`ascending`",
                        "whether larger values spike later, or sooner (`descending`)", "descending"),
                    Key("threshold", .number(unit: nil), default: "none", "values up to it are silent", "0"),
                    Key("copies", .integer(least: 1), default: "1", "inputs that carry the same value", "5"),
                ]),
            KeyTable(name: "spikes", summary: "Samples that are spikes already: [steps, neurons].", keys: [duration]),
            KeyTable(
                name: "series", summary: "Samples that are numbers in time: [steps, neurons], each sent in its step.",
                keys: [duration, Key("gain", .number(unit: nil), default: "1", "factor", "0.5")]),
            KeyTable(
                name: "schedule", summary: "Samples that are rates in time: [segments, neurons]; random spikes in each segment.",
                keys: [Key("segments", .list(.time), default: nil, "length of each segment", "[100 ms, 50 ms]"), maximum]),
            KeyTable(
                name: "threshold_crossing",
                summary: "The numbers of a sample one after the other; spikes where they cross thresholds (Bellec et al. 2018).",
                keys: [
                    duration, Key("levels", .integer(least: 1), default: "39", "thresholds, evenly spaced in 0 to 1", "39"),
                    Key("number", .time, default: "one step", "how long each number lasts", "1 ms"),
                    Key("cue", .time, default: "0 ms", "how long the last neuron spikes at the end, at every step", "56 ms"),
                ]),
        ]
    }
}
