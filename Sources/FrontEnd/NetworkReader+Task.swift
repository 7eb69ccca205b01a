import Diagnostics
import Networks
import Numerics
import YAML

extension NetworkReader {
    mutating func readTask(_ node: Node) -> Task? {
        var reader = MappingReader(node, of: "the task")
        let source = reader.required("data").flatMap { readData($0) }
        let encoding = reader.required("encode").flatMap { readEncoder($0) }
        let inputNode = reader.optional("input")
        let splitNode = reader.optional("split")
        let transform = reader.optional("transform").flatMap { readTransform($0) }
        reader.finish(into: &collector)
        let input = readInput(inputNode, at: node.place)
        let split = readSplit(splitNode, source, at: node.place)
        guard let source, let encoding, let input, let split else { return nil }
        return Task(
            data: source, encoder: encoding.encoder, input: input, split: split, transform: transform, steps: encoding.steps,
            place: node.place)
    }

    private mutating func readTransform(_ node: Node) -> ImageTransform? {
        var reader = MappingReader(node, of: "the transform")
        let size = Reading.integer(atLeast: 1, atMost: 65_535)
        let crop = reader.optional("crop").flatMap { reader.read($0, as: "crop", .list(of: size)) }
        let resize = reader.optional("resize").flatMap { reader.read($0, as: "resize", .list(of: size)) }
        for (key, axes) in [("crop", crop), ("resize", resize)] {
            guard let axes, axes.count != 2 else { continue }
            reader.report(
                Diagnostic(
                    .transformShape, "'\(key)' of the transform has \(axes.count) numbers, an image two axes", at: node.place,
                    help: "write rows and columns, such as '\(key): [16, 16]'"))
        }
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        return isSound ? ImageTransform(crop: crop, resize: resize) : nil
    }

    private mutating func readInput(_ node: Node?, at place: SourceRange?) -> ID<Population>? {
        guard let node else {
            // Populations whose cell is at fault may be inputs.
            if drafts.contains(where: { $0.cell == nil }) { return nil }
            let inputs = drafts.indices.filter { drafts[$0].cell == .input }
            if inputs.count == 1 { return ID(inputs[0]) }
            let names = inputs.prefix(20).map { drafts[$0].name }
            collector.report(
                inputs.isEmpty
                    ? Diagnostic(
                        .noInput, "the task has data, but no population has the cell 'input' to take them", at: place,
                        help: "add a population such as 'image: {shape: [8, 8], cell: input}'")
                    : Diagnostic(
                        .severalInputs, "the task does not say which of the \(inputs.count) input populations takes the data", at: place,
                        help: "add 'input: \(names[0])'; the input populations are \(names.joined(separator: ", "))"))
            return nil
        }
        guard let id = population(node, "'input' of the task") else { return nil }
        if let cell = drafts[id.index].cell, cell != .input {
            collector.report(
                Diagnostic(
                    .inputNotInput, "the task feeds \(drafts[id.index].owner), whose cell is '\(cell.name)', not 'input'", at: node.place,
                    notes: [Diagnostic.Note("the population is here", at: drafts[id.index].place)],
                    help: "write 'cell: input' there, or name another population"))
            return nil
        }
        return id
    }

    /// A known name, one of the file formats with its files, or a generator.
    private mutating func readData(_ node: Node) -> DataSource? {
        let known = NamedDataSet.all.map(\.name)
        let formats = DataSource.DataFiles.Format.allCases.map(\.rawValue)
        let generators = ["yin_yang"] + DataSource.TrialGenerator.Kind.allCases.map(\.rawValue)
        if node.mapping == nil {
            guard let name = attempt({ () throws(DiagnosticsError) in try Reading.name.parse(node, "'data' of the task") }) else {
                return nil
            }
            if known.contains(name) { return .named(name) }
            if let kind = DataSource.TrialGenerator.Kind(rawValue: name) {
                return .generated(
                    .trials(.init(kind, train: kind.task.standardTrain, test: kind.task.standardTest, seed: TrialDefaults.seed)))
            }
            if name == "yin_yang" {
                return .generated(.yinYang(train: YinYangDefaults.train, test: YinYangDefaults.test, seed: YinYangDefaults.seed))
            }
            collector.report(
                Diagnostic(
                    .dataUnknown, "there is no data set '\(name.prefix(64))'", at: node.place,
                    label: nearestName(to: name, among: known + generators).map { "did you mean '\($0)'?" },
                    help:
                        "the known data sets are \((known + generators).joined(separator: ", ")); name files as '{npy: {samples: "
                        + "x.npy, labels: y.npy}}'"
                ))
            return nil
        }
        guard
            let variant = attempt({ () throws(DiagnosticsError) in
                try Reading.variant(among: formats + generators).parse(node, "'data' of the task")
            })
        else { return nil }
        if let kind = DataSource.TrialGenerator.Kind(rawValue: variant.name) { return readTrials(kind, variant) }
        guard let format = DataSource.DataFiles.Format(rawValue: variant.name) else { return readYinYang(variant) }
        return readFiles(format, variant)
    }

    private mutating func readYinYang(_ variant: Variant) -> DataSource? {
        var reader = MappingReader(variant.options, of: "the data 'yin_yang'", keys: "option")
        let size = Reading.integer(atLeast: 1, atMost: 10_000_000)
        let train = reader.value("train", size, default: YinYangDefaults.train)
        let test = reader.value("test", size, default: YinYangDefaults.test)
        let seed = reader.value("seed", .integer(atLeast: 2, atMost: Int(UInt32.max)), default: Int(YinYangDefaults.seed))
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        return isSound ? .generated(.yinYang(train: train, test: test, seed: UInt64(seed))) : nil
    }

    private mutating func readTrials(_ kind: DataSource.TrialGenerator.Kind, _ variant: Variant) -> DataSource? {
        let task = kind.task
        var reader = MappingReader(variant.options, of: "the data '\(kind.rawValue)'", keys: "option")
        let size = Reading.integer(atLeast: 1, atMost: 1_000_000)
        let train = reader.value("train", size, default: task.standardTrain)
        let test = reader.value("test", size, default: task.standardTest)
        let seed = reader.value("seed", .integer(atLeast: 0, atMost: Int(Int32.max)), default: Int(TrialDefaults.seed))
        var values: [String: Double] = [:]
        for option in task.options {
            guard let node = reader.optional(option.name) else { continue }
            let value: Double? =
                switch option.kind {
                case .count(let least): reader.read(node, as: option.name, .integer(atLeast: least, atMost: 100_000)).map { Double($0) }
                case .time: reader.read(node, as: option.name, .quantity(in: "ms", atLeast: timestep, atMost: 1e6))
                case .fraction: reader.read(node, as: option.name, .fraction)
                case .number: reader.read(node, as: option.name, .real(atLeast: 0))
                }
            if let value, value != option.standard { values[option.name] = value }
        }
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        return isSound ? .generated(.trials(.init(kind, train: train, test: test, seed: UInt64(seed), values: values))) : nil
    }

    private mutating func readFiles(_ format: DataSource.DataFiles.Format, _ variant: Variant) -> DataSource? {
        var reader = MappingReader(variant.options, of: "the data '\(format.rawValue)'", keys: "option")
        let samples = reader.required("samples", .text)
        let labels = reader.optional("labels", .text)
        let testSamples = reader.optional("test_samples", .text)
        let testLabels = reader.optional("test_labels", .text)
        let scale = reader.value("scale", .real(above: 0), default: 1)
        let isSound = !reader.collector.hasErrors
        reader.finish(into: &collector)
        guard isSound, let samples else { return nil }
        let needsLabels = format != .csv && format != .events
        func refuse(_ message: String, help: String) {
            collector.report(Diagnostic(.dataFiles, "the data '\(format.rawValue)' \(message)", at: variant.place, help: help))
        }
        if needsLabels, labels == nil {
            refuse("have samples but no labels", help: "add 'labels: …' with the file that has one class number for each sample")
            return nil
        }
        if testSamples == nil, testLabels != nil {
            refuse("have test labels but no test samples", help: "add 'test_samples: …', or remove 'test_labels'")
            return nil
        }
        if needsLabels, testSamples != nil, testLabels == nil {
            refuse("have test samples but no test labels", help: "add 'test_labels: …', or remove 'test_samples'")
            return nil
        }
        return .files(
            DataSource.DataFiles(
                format: format, samples: samples, labels: labels, testSamples: testSamples, testLabels: testLabels, scale: scale))
    }

    /// How samples are divided; by default the data's own division, or a drawn fifth where there is none.
    private mutating func readSplit(_ node: Node?, _ source: DataSource?, at place: SourceRange?) -> Split? {
        let hasTestPart: Bool? = source.map(hasTestPart)
        guard let node else { return hasTestPart == true ? .given : .fraction(0.2) }
        if node.scalar?.text == "given" {
            guard hasTestPart != false else {
                collector.report(
                    Diagnostic(
                        .noSplit, "the split is 'given', but the data have no test part of their own", at: node.place,
                        help: "write 'split: {test: 0.2}' to draw a fifth with the seed, or '{tail: 0.2}' to take the last fifth"))
                return nil
            }
            return .given
        }
        let known = ["given", "test", "tail"]
        guard
            let variant = attempt({ () throws(DiagnosticsError) in try Reading.variant(among: known).parse(node, "'split' of the task") }),
            let fraction = attempt({ () throws(DiagnosticsError) in
                try Reading.fraction.parse(variant.options, "'\(variant.name)' of the split")
            })
        else { return nil }
        guard fraction > 0, fraction < 1, variant.name != "given" else {
            collector.report(
                Diagnostic(
                    .split,
                    "the split leaves \(fraction > 0 ? "nothing to train with" : "nothing to test with"): the fraction is "
                        + "\(text(fraction))",
                    at: variant.options.place, help: "write a fraction between 0 and 1, such as 0.2"))
            return nil
        }
        return variant.name == "test" ? .fraction(fraction) : .tail(fraction)
    }

    private func hasTestPart(_ source: DataSource) -> Bool {
        switch source {
        case .named(let name): NamedDataSet.all.contains { $0.name == name && !$0.test.isEmpty }
        case .files(let files): files.testSamples != nil
        case .generated: true
        }
    }
}

/// The seed of tasks in time.
enum TrialDefaults {
    static let seed: UInt64 = 42
}

/// The parts of the generated yin-yang set: those of Kriener et al. 2022, §3.
enum YinYangDefaults {
    static let train = 5000
    static let test = 1000
    static let seed: UInt64 = 42
}
