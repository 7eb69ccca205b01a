import FrontEnd
import Networks
import Numerics

/// Networks of a few neurons for every feature that training knows.
struct SmallNetwork: Sendable, CustomStringConvertible {
    var description: String
    var network: Network

    static let samples: DataSamples = {
        let random = Philox(seed: 7, purpose: "test/samples")
        let values = (0..<5 * 16).map { Float(random.uniform($0)) }
        return DataSamples(table: .floats(values), sampleSize: 16, scale: 1, rows: [0, 1, 2, 3, 4], labels: [0, 1, 2, 1, 0])
    }()

    /// image [4, 4] → hidden → out (3), with an optional recurrence of the hidden population.
    init(
        _ description: String, _ hidden: NeuronModel, output: NeuronModel = NeuronModel(.leakyReadout),
        decode: Readout.Decode = .meanMembrane,
        encoder: Encoder = .regular(maximum: 500), size: Int = 6, weight: Double = 0.8, recurrent: Connector? = nil,
        inputConnector: Connector = .allToAll(allowSelf: true), outputConnector: Connector = .allToAll(allowSelf: true),
        hiddenShape: [Int]? = nil, delay: ValueRule = .constant(1), receptor: Receptor = .bySign, options: [OptionTree.Entry] = []
    ) {
        self.description = description
        network = Network(name: description, seed: 3)
        let image = network.populations.append(Population("image", shape: [4, 4], cell: .input))
        let middle = network.populations.append(
            Population("hidden", shape: hiddenShape ?? [size], cell: .neuron(hidden), units: .normalized))
        let out = network.populations.append(Population("out", shape: [3], cell: .neuron(output), units: .normalized))
        network.projections.append(
            Projection(
                "in", from: image, to: middle, inputConnector, weight: .drawn(.normal(mean: 0.3 * weight, sigma: weight)), delay: delay,
                receptor: receptor))
        if let recurrent {
            network.projections.append(
                Projection(
                    "recurrent", from: middle, to: middle, recurrent, weight: .drawn(.normal(mean: 0, sigma: weight)),
                    delay: .drawn(.uniformInteger(low: 1, high: 3))))
        }
        network.projections.append(
            Projection("out", from: middle, to: out, outputConnector, weight: .drawn(.normal(mean: 0, sigma: weight)), delay: delay))
        network.task = Task(data: .named("none"), encoder: encoder, input: image, split: .given, steps: 14)
        network.readout = Readout(out, decode, skip: 1)
        network.learning = LearningSpecification(rule: "bptt", options: OptionTree(.map(options)))
    }

    static func model(
        _ kind: NeuronModel.Kind, _ values: [ParameterName: Parameter] = [:], _ change: (inout NeuronModel) -> Void = { _ in }
    ) -> NeuronModel {
        var model = NeuronModel(kind, values)
        change(&model)
        return model
    }
}

/// An entry of the rule's options.
func option(_ key: String, _ value: OptionTree.Value) -> OptionTree.Entry { .init(key, OptionTree(value)) }

/// `{key: {name: {…}}}`
func choice(_ key: String, _ name: String, _ options: [String: Double] = [:]) -> OptionTree.Entry {
    let entries = options.sorted { $0.key < $1.key }.map { option($0.key, .number($0.value, unit: "")) }
    return option(key, .map([.init(name, OptionTree(.map(entries)))]))
}
