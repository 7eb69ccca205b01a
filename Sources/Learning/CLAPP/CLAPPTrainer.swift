import Diagnostics
import FrontEnd
import Networks
import Numerics

/// Trains by `clapp` or `clapp-s`: first the layers, each on its own and without labels, then the readout as a linear probe.
final class CLAPPTrainer: Trainer {
    let epochs: Int
    private(set) var epochsDone = 0
    private(set) var notes: [Diagnostic] = []
    /// The hinge loss of the layers, without an error, then loss and error of the readout.
    private(set) var curve = LearningCurve()
    private let request: TrainingRequest
    private let rule: String
    private let chain: CLAPPChain
    private let optionText: String
    private let batch: Int
    private let probeEpochs: Int
    private let probesLayers: Bool
    private let probeRate: Double
    /// The samples that the readout learns from.
    private let labelled: [Int]
    private let pairs: CLAPPPairs
    private let shift: SampleShift?
    private var layers: [CLAPPLayer]
    private let untrained: [CLAPPLayer]
    private var optimizer: RateOptimizer
    private var probe: LinearProbe
    /// Probes of the input and of every layer, then of the untrained layers; only where they are asked for.
    private var layerProbes: [LinearProbe] = []

    init(_ request: TrainingRequest, rule: String, options: [OptionDefinition], isSymmetric: Bool) throws(DiagnosticsError) {
        let network = request.network
        let values = try OptionValues(network.learning ?? LearningSpecification(rule: rule), definitions: options)
        let chain = try CLAPPChain(network, rule: rule)
        try Self.check(network, chain, request.samples, rule, values)
        useSingleThreadedBLAS()
        self.request = request
        self.rule = rule
        self.chain = chain
        optionText = values.description
        batch = values.integer("batch")
        probeEpochs = min(values.integer("probe.epochs"), request.epochs ?? .max)
        epochs = request.epochs ?? values.integer("epochs") + probeEpochs
        probesLayers = values.flag("probe.layers")
        probeRate = values.number("probe.rate")
        let labels = values.integer("probe.labels")
        let all = Philox(seed: network.seed, purpose: "clapp/labels").permutation(request.samples.count)
        labelled = labels > 0 ? Array(all.prefix(labels)) : all
        pairs = CLAPPPairs(
            isSymmetric: isSymmetric, negatives: isSymmetric ? values.integer("negatives") : 1, distance: values.integer("distance"))
        let input = network.task.map { network.populations[$0.input].shape } ?? []
        shift =
            chain.needsViews && values.integer("shift") > 0
            ? SampleShift(input, limit: values.integer("shift"), seed: network.seed) : nil
        let isAsymmetric = values.choice("way_back") == "separate"
        layers = chain.stages.enumerated().map { index, stage in
            let random = Philox(seed: network.seed, purpose: "clapp/prediction").split(index)
            let deviation = 1 / Double(stage.outputs).squareRoot()
            func drawn(_ part: Int) -> [Double] {
                let stream = random.split(part)
                return (0..<stage.outputs * stage.outputs).map { deviation * stream.normal($0) }
            }
            return CLAPPLayer(
                inputs: stage.inputs, outputs: stage.outputs, weights: stage.weights, biases: stage.biases, prediction: drawn(0),
                retrodiction: isAsymmetric ? drawn(1) : nil)
        }
        untrained = layers
        optimizer = RateOptimizer(
            .adam(beta1: 0.9, beta2: 0.999, epsilon: 1e-8, correctsBias: true), rate: values.number("rate"),
            sizes: layers.flatMap { [$0.weights.count, $0.prediction.count, $0.retrodiction?.count ?? 0] })
        probe = LinearProbe(features: chain.features, classes: chain.classes, rate: probeRate)
        probe.weights = chain.readoutWeights
        probe.biases = chain.readoutBiases
    }

    private static func check(
        _ network: Network, _ chain: CLAPPChain, _ samples: DataSamples, _ rule: String, _ values: OptionValues
    ) throws(DiagnosticsError) {
        var faults = DiagnosticCollector()
        let place = network.learning?.place
        reportSampleFaults(network, samples, classes: chain.classes, to: &faults)
        let distance = values.integer("distance")
        for stage in chain.stages where stage.places != [1, 1] && stage.places[0] <= distance {
            let projection = network.projections[stage.projection]
            faults.report(
                Diagnostic(
                    "learning-no-room",
                    "'\(rule)' predicts \(distance) rows down, but '\(projection.name)' has only \(stage.places[0]) rows of places",
                    at: projection.place ?? place, help: "choose a smaller `distance`, or a smaller kernel or stride"))
        }
        if chain.needsViews, let task = network.task, network.populations[task.input].shape.count < 2, values.integer("shift") > 0 {
            faults.report(
                Diagnostic(
                    "learning-shift-needs-plane",
                    "'shift' moves samples along two axes, but the input population has the shape "
                        + "\(network.populations[task.input].shape)", at: place,
                    help: "give the input population a shape of rows and columns, or write `shift: 0`"))
        }
        try faults.throwIfErrors()
    }

    // MARK: Training

    func runEpoch(progress: (TrainingProgress) -> Bool) throws(DiagnosticsError) -> EpochSummary {
        let samples = request.samples
        let random = Philox(seed: request.network.seed, purpose: "clapp").split(epochsDone)
        let isProbing = epochsDone >= epochs - probeEpochs
        let order = isProbing ? random.permutation(labelled.count).map { labelled[$0] } : random.permutation(samples.count)
        if isProbing, epochsDone == epochs - probeEpochs { startProbes() }
        var epoch = Epoch(epochsDone + 1, of: epochs, order, in: request.network)
        for indices in epoch.batches(of: batch) {
            if isProbing {
                let outcome = learnProbe(indices)
                let right = zip(outcome.predictions, indices).count { $0 == Int(samples.labels[$1]) }
                try epoch.add(loss: outcome.loss, correct: right, samples: indices.count, to: &curve)
            } else {
                let hinge = learnLayers(indices, random.split(epoch.samplesDone + 1))
                try epoch.add(loss: hinge * Double(indices.count), correct: 0, samples: indices.count)
                curve.loss.append(Float(hinge))
            }
            try epoch.report(to: progress)
        }
        epochsDone += 1
        return epoch.summary()
    }

    /// Sample values, seen once, or twice and shifted where layers have one place.
    private func views(_ indices: [Int], training: Bool) -> (values: [Double], samples: Int) {
        var values: [Double] = []
        let hasViews = training && chain.needsViews
        for view in 0..<(hasViews ? 2 : 1) {
            for index in indices {
                var sample = request.samples.values(index)
                if hasViews, let shift {
                    sample = shift.move(sample, sample: request.samples.identity(of: index), presentation: 2 * epochsDone + view)
                }
                values += sample.map { Double($0) * chain.gain }
            }
        }
        return (sent(values), hasViews ? 2 * indices.count : indices.count)
    }

    /// The layers as samples are run through them: with the weights that the chip would hold, in the loop.
    private var seen: [CLAPPLayer] { layers.indices.map(seen) }

    /// Samples as the chip's inputs send them, in the loop.
    private func sent(_ values: [Double]) -> [Double] {
        guard let lowered = request.lowered, let task = request.network.task else { return values }
        return lowered.activities(of: task.input, from: values)
    }

    /// Responses of a layer as the chip would send them, in the loop.
    private func said(_ index: Int, _ responses: [Double]) -> [Double] {
        guard let lowered = request.lowered else { return responses }
        return lowered.activities(of: request.network.projections[chain.stages[index].projection].post, from: responses)
    }

    private func seen(_ index: Int) -> CLAPPLayer {
        guard let lowered = request.lowered else { return layers[index] }
        var layer = layers[index]
        layer.weights = lowered.weights(of: chain.stages[index].projection, from: layer.weights.map { Float($0) }).map { Double($0) }
        return layer
    }

    /// - Returns: the mean hinge loss over layers and pairs.
    private func learnLayers(_ indices: [Int], _ random: Philox) -> Double {
        var (activity, samples) = views(indices, training: true)
        var loss = 0.0
        optimizer.begin()
        for (index, stage) in chain.stages.enumerated() {
            let patches = stage.patches(activity, samples: samples)
            let rows = patches.count / stage.inputs
            let layer = seen(index)
            let responses = said(index, layer.respond(patches, rows: rows))
            // With views, convolutional layers see every view as a sample of its own.
            let isSpatial = stage.places != [1, 1]
            let drawn = pairs.draw(
                places: stage.places, samples: isSpatial ? samples : indices.count, hasViews: chain.needsViews, random: random.split(index))
            let update = layer.update(patches, responses, rows: rows, drawn)
            var weight = 0.0
            for pair in drawn { weight += pair.weight }
            let scale = -1 / max(1, weight)
            loss += update.loss / max(1, weight)
            optimizer.move(&layers[index].weights, 3 * index, update.weights.map { $0 * scale })
            optimizer.move(&layers[index].prediction, 3 * index + 1, update.prediction.map { $0 * scale })
            if let retrodiction = update.retrodiction, var values = layers[index].retrodiction {
                optimizer.move(&values, 3 * index + 2, retrodiction.map { $0 * scale })
                layers[index].retrodiction = values
            }
            activity = stage.arranged(responses, samples: samples)
        }
        return loss / Double(max(1, chain.stages.count))
    }

    /// The input, then what each layer makes of it.
    private func representations(_ values: [Double], samples: Int, _ layers: [CLAPPLayer]) -> [[Double]] {
        var all = [values]
        for (index, (stage, layer)) in zip(chain.stages, layers).enumerated() {
            let patches = stage.patches(all[all.count - 1], samples: samples)
            all.append(stage.arranged(said(index, layer.respond(patches, rows: patches.count / stage.inputs)), samples: samples))
        }
        return all
    }

    // MARK: Probing

    private func startProbes() {
        probe = LinearProbe(features: chain.features, classes: chain.classes, rate: probeRate)
        guard probesLayers else { return }
        let input = request.samples.sampleSize
        let widths = chain.stages.map { $0.outputs * $0.places[0] * $0.places[1] }
        layerProbes = ([input] + widths + widths).map { LinearProbe(features: $0, classes: chain.classes, rate: probeRate) }
    }

    private func learnProbe(_ indices: [Int]) -> RateLoss.Outcome {
        let (values, samples) = views(indices, training: false)
        let labels = indices.map { Int(request.samples.labels[$0]) }
        let trained = representations(values, samples: samples, seen)
        if !layerProbes.isEmpty {
            let all = trained + representations(values, samples: samples, untrained).dropFirst()
            for (index, features) in all.enumerated() { _ = layerProbes[index].learn(features, labels) }
        }
        return probe.learn(trained[trained.count - 1], labels)
    }

    func evaluate(_ samples: DataSamples) -> Evaluation {
        var evaluation = Evaluation(samples: samples.count, correct: 0, loss: 0, predictions: [])
        var correct = [Int](repeating: 0, count: layerProbes.count)
        let seen = seen
        var probe = probe
        if let lowered = request.lowered {
            probe.weights = lowered.weights(of: chain.readout, from: probe.weights.map { Float($0) }).map { Double($0) }
        }
        for first in stride(from: 0, to: samples.count, by: 128) {
            let indices = Array(first..<min(samples.count, first + 128))
            let labels = indices.map { Int(samples.labels[$0]) }
            let values = sent(indices.flatMap { samples.values($0).map { Double($0) * chain.gain } })
            let trained = representations(values, samples: indices.count, seen)
            let outcome = probe.judge(trained[trained.count - 1], labels)
            evaluation.loss += outcome.loss
            evaluation.correct += zip(outcome.predictions, labels).count { $0 == $1 }
            evaluation.predictions += outcome.predictions
            guard !layerProbes.isEmpty else { continue }
            let all = trained + representations(values, samples: indices.count, untrained).dropFirst()
            for (index, features) in all.enumerated() {
                correct[index] += zip(layerProbes[index].judge(features, labels).predictions, labels).count { $0 == $1 }
            }
        }
        evaluation.loss /= Double(max(1, samples.count))
        if !layerProbes.isEmpty, epochsDone == epochs { notes = [comparison(correct, of: samples.count)] }
        return evaluation
    }

    /// What every layer tells, before and after learning.
    private func comparison(_ correct: [Int], of count: Int) -> Diagnostic {
        func percent(_ index: Int) -> String { "\(shortest((Double(correct[index]) / Double(max(1, count)) * 10000).rounded() / 100)) %" }
        let depth = chain.stages.count
        let parts = (1...depth).map { "layer \($0) \(percent($0)) (before learning \(percent(depth + $0)))" }
        return Diagnostic(
            "learning-probes", "linear probes on \(count) samples: input \(percent(0)), " + parts.joined(separator: ", "),
            help: "deeper layers need not tell more: choose the layer that does", severity: .warning)
    }

    // MARK: Results

    var network: Network { chain.network(request.network, layers, readout: probe.weights, probe.biases) }

    private var arrays: [(String, [Double])] {
        var all: [(String, [Double])] = []
        for (index, layer) in layers.enumerated() {
            all.append(("weights \(index)", layer.weights))
            all.append(("prediction \(index)", layer.prediction))
            all.append(("retrodiction \(index)", layer.retrodiction ?? []))
        }
        for (index, values) in optimizer.first.enumerated() { all.append(("first \(index)", values)) }
        for (index, values) in optimizer.second.enumerated() { all.append(("second \(index)", values)) }
        for (index, probe) in ([probe] + layerProbes).enumerated() {
            all.append(("probe \(index) weights", probe.weights))
            all.append(("probe \(index) biases", probe.biases))
            for k in 0..<2 {
                all.append(("probe \(index) first \(k)", probe.optimizer.first[k]))
                all.append(("probe \(index) second \(k)", probe.optimizer.second[k]))
            }
        }
        return all
    }

    var state: TrainerState {
        TrainerState(
            signature: signature, epochsDone: epochsDone,
            entries: arrays.map { .init($0.0, .doubles($0.1)) } + [
                .init("steps", .integers([optimizer.steps, probe.optimizer.steps]))
            ] + curve.entries)
    }

    func restore(_ state: TrainerState) throws(DiagnosticsError) {
        if state.epochsDone > epochs - probeEpochs { startProbes() }
        var isWhole = state.signature == signature
        func take(_ name: String, _ count: Int) -> [Double] {
            guard case .doubles(let values) = state[name], values.count == count else {
                // An empty array may be read back as one of another type.
                if count > 0 { isWhole = false }
                return [Double](repeating: 0, count: count)
            }
            return values
        }
        var restored = layers
        for index in layers.indices {
            restored[index].weights = take("weights \(index)", layers[index].weights.count)
            restored[index].prediction = take("prediction \(index)", layers[index].prediction.count)
            if let values = layers[index].retrodiction { restored[index].retrodiction = take("retrodiction \(index)", values.count) }
        }
        var moved = optimizer
        for index in moved.first.indices {
            moved.first[index] = take("first \(index)", moved.first[index].count)
            moved.second[index] = take("second \(index)", moved.second[index].count)
        }
        var probes = [probe] + layerProbes
        for index in probes.indices {
            probes[index].weights = take("probe \(index) weights", probes[index].weights.count)
            probes[index].biases = take("probe \(index) biases", probes[index].biases.count)
            for k in 0..<2 {
                probes[index].optimizer.first[k] = take("probe \(index) first \(k)", probes[index].optimizer.first[k].count)
                probes[index].optimizer.second[k] = take("probe \(index) second \(k)", probes[index].optimizer.second[k].count)
            }
        }
        guard isWhole, case .integers(let steps) = state["steps"], steps.count == 2 else {
            throw TrainerState.foreign
        }
        moved.resume(at: steps[0])
        for index in probes.indices { probes[index].optimizer.resume(at: steps[1]) }
        (layers, optimizer, probe) = (restored, moved, probes[0])
        layerProbes = Array(probes.dropFirst())
        curve = LearningCurve(state)
        epochsDone = state.epochsDone
    }

    private var signature: String {
        var start = Checksum()
        for stage in chain.stages { start.add(stage.weights + stage.biases) }
        return request.signature(rule: rule, epochs: epochs, options: optionText, start: start)
    }
}
