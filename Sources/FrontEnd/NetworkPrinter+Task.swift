import Networks
import Numerics
import YAML

extension NetworkPrinter {
    func task(_ task: Task) -> Node {
        let transform = task.transform.map { [entry("transform", self.transform($0))] } ?? []
        return mapping(
            [
                entry("data", data(task.data)), entry("encode", encoder(task.encoder, task.steps)),
                entry("input", Node(network.populations[task.input].name)), entry("split", split(task.split)),
            ] + transform)
    }

    private func transform(_ transform: ImageTransform) -> Node {
        mapping(
            (transform.crop.map { [entry("crop", integers($0))] } ?? [])
                + (transform.resize.map { [entry("resize", integers($0))] } ?? []))
    }

    private func data(_ source: DataSource) -> Node {
        switch source {
        case .named(let name): return Node(name)
        case .generated(.yinYang(let train, let test, let seed)):
            return variant("yin_yang", [entry("train", Node(train)), entry("test", Node(test)), entry("seed", plain(String(seed)))])
        case .generated(.trials(let generator)):
            var entries = [
                entry("train", Node(generator.train)), entry("test", Node(generator.test)), entry("seed", plain(String(generator.seed))),
            ]
            for option in generator.kind.task.options {
                guard let value = generator.values[option.name] else { continue }
                let isTime: Bool = if case .time = option.kind { true } else { false }
                entries.append(entry(option.name, isTime ? number(value, "ms") : plain(text(value))))
            }
            return variant(generator.kind.rawValue, entries)
        case .files(let files):
            var entries = [entry("samples", Node(files.samples))]
            func add(_ key: String, _ file: String?) { if let file { entries.append(entry(key, Node(file))) } }
            add("labels", files.labels)
            add("test_samples", files.testSamples)
            add("test_labels", files.testLabels)
            if files.scale != 1 { entries.append(entry("scale", plain(text(files.scale)))) }
            return variant(files.format.rawValue, entries)
        }
    }

    private func encoder(_ encoder: Encoder, _ steps: Int) -> Node {
        let duration = entry("duration", time(Double(steps)))
        let options: [Node.Entry] =
            switch encoder {
            case .poisson(let maximum), .regular(let maximum): [duration, entry("max", number(maximum, "Hz"))]
            case .latency(let first, let last, let threshold):
                [
                    duration, entry("first", time(Double(first))), entry("last", time(Double(last))),
                    entry("threshold", plain(text(threshold))),
                ]
            case .direct(let gain): [duration, entry("gain", plain(text(gain)))]
            case .spikes: [duration]
            case .series(let gain): [duration, entry("gain", plain(text(gain)))]
            case .schedule(let segments, let maximum):
                [entry("segments", Node(segments.map { time(Double($0)) })), entry("max", number(maximum, "Hz"))]
            case .thresholdCrossing(let levels, let steps, let cue):
                [duration, entry("levels", Node(levels)), entry("number", time(Double(steps))), entry("cue", time(Double(cue)))]
            case .spikeTime(let code):
                [duration, entry("early", number(code.early, "ms")), entry("late", number(code.late, "ms"))]
                    + [entry("order", Node(code.order.rawValue))]
                    + (code.threshold.map { [entry("threshold", plain(text($0)))] } ?? [])
                    + (code.copies > 1 ? [entry("copies", Node(code.copies))] : [])
            }
        return variant(encoder.name, options)
    }

    private func split(_ split: Split) -> Node {
        switch split {
        case .given: Node("given")
        case .fraction(let fraction): variant("test", fraction)
        case .tail(let fraction): variant("tail", fraction)
        }
    }

    private func variant(_ name: String, _ value: Double) -> Node { mapping([entry(name, plain(text(value)))]) }

    func readout(_ readout: Readout) -> Node {
        var entries = [
            entry("population", Node(network.populations[readout.population].name)), entry("decode", Node(readout.decode.rawValue)),
        ]
        if readout.skip > 0 { entries.append(entry("skip", time(Double(readout.skip)))) }
        return mapping(entries)
    }
}
