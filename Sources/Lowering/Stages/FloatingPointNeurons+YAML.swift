import Chips
import Diagnostics
import Networks
import YAML

extension FloatingPointNeurons {
    var node: Node {
        func numbers(_ values: [Float]) -> Node { .perNeuron(values.map { Double($0) }) }
        var entries = [
            Node.Entry("scale", Node(scale)), Node.Entry("merged", Node(isMerged)), Node.Entry("spikes", Node(spikes)),
            Node.Entry("order", Node(order.rawValue)), Node.Entry("reset", Node(reset.rawValue)),
            Node.Entry("comparison", Node(comparison.rawValue)), Node.Entry("refractory", Node(refractory.rawValue)),
            Node.Entry("reset_amount", Node(resetAmount.rawValue)), Node.Entry("membrane_decay", numbers(membraneDecay)),
            Node.Entry("excitatory_decay", numbers(currentDecay[0])), Node.Entry("inhibitory_decay", numbers(currentDecay[1])),
            Node.Entry("drive", numbers(drive)),
        ]
        // A readout has no threshold to write.
        if spikes || sendsValues {
            entries += [Node.Entry("threshold", numbers(threshold)), Node.Entry("reset_value", numbers(resetValue))]
        }
        entries += [
            Node.Entry("initial_membrane", numbers(initialMembrane)), Node.Entry("refractory_steps", .perNeuron(refractorySteps)),
            Node.Entry("beta", numbers(beta)), Node.Entry("adaptation_decay", numbers(adaptationDecay)),
        ]
        if sendsValues { entries.append(Node.Entry("sends_values", Node(true))) }
        return Node(.mapping(entries))
    }

    /// - Parameter model: what the population computes; its parameters are replaced by those of the tree.
    init?(_ node: Node, of population: Population, model: Dynamics, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "neurons of '\(population.name)'")
        let count = population.size
        func numbers(_ key: String, _ reader: inout MappingReader) -> [Float]? {
            reader.required(key, .perNeuron(count)).map { values in values.map { Float($0) } }
        }
        let scale = reader.required("scale", .real(above: 0))
        let isMerged = reader.required("merged", .bool)
        let spikes = reader.required("spikes", .bool)
        let order = reader.required("order", .choice(of: NeuronModel.Order.self))
        let reset = reader.required("reset", .choice(of: NeuronModel.Reset.self))
        let comparison = reader.required("comparison", .choice(of: NeuronModel.Comparison.self))
        let kind = reader.required("refractory", .choice(of: NeuronModel.Refractory.self))
        let amount = reader.required("reset_amount", .choice(of: NeuronModel.ResetAmount.self))
        let membrane = numbers("membrane_decay", &reader)
        let excitatory = numbers("excitatory_decay", &reader)
        let inhibitory = numbers("inhibitory_decay", &reader)
        let drive = numbers("drive", &reader)
        let never = [Float](repeating: .infinity, count: count)
        let zeros = [Float](repeating: 0, count: count)
        let sendsValues = reader.value("sends_values", .bool, default: false)
        let threshold = spikes == true || sendsValues ? numbers("threshold", &reader) : never
        let resetValue = spikes == true || sendsValues ? numbers("reset_value", &reader) : zeros
        let initial = numbers("initial_membrane", &reader)
        let refractory = reader.required("refractory_steps", .perNeuron(count, in: 0...1 << 20))
        let beta = numbers("beta", &reader)
        let adaptation = numbers("adaptation_decay", &reader)
        reader.finish(into: &collector)
        guard let scale, let isMerged, let spikes, let order, let reset, let comparison, let kind, let amount, let membrane, let excitatory,
            let inhibitory,
            let drive, let threshold, let resetValue, let initial, let refractory, let beta, let adaptation
        else { return nil }
        self.init(model, scale: scale)
        (self.isMerged, self.spikes, self.order, self.reset, self.comparison) = (isMerged, spikes, order, reset, comparison)
        (self.refractory, resetAmount) = (kind, amount)
        (membraneDecay, currentDecay, self.drive) = (membrane, [excitatory, inhibitory], drive)
        (self.threshold, self.resetValue, initialMembrane) = (threshold, resetValue, initial)
        (refractorySteps, self.beta, adaptationDecay) = (refractory, beta, adaptation)
        self.sendsValues = sendsValues
    }
}
