import Diagnostics
import Networks
import YAML

extension AnalogNeurons {
    var node: Node {
        [
            "scale": Node(scale), "leak": Node(leak), "threshold": .perNeuron(threshold), "reset": .perNeuron(reset),
            "membrane_time": .perNeuron(membraneTime), "synapse_time_excitatory": .perNeuron(synapseTime[0]),
            "synapse_time_inhibitory": .perNeuron(synapseTime[1]), "refractory_time": .perNeuron(refractoryTime),
            "gain_excitatory": .perNeuron(gain[0]), "gain_inhibitory": .perNeuron(gain[1]), "constant_slope": .perNeuron(constantSlope),
            "initial_membrane": .perNeuron(initialMembrane), "spikes": Node(spikes),
        ]
    }

    init?(_ node: Node, of population: Population, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "neurons of '\(population.name)'")
        let count = population.size
        let scale = reader.required("scale", .real(above: 0))
        let leak = reader.required("leak", .real)
        let threshold = reader.required("threshold", .perNeuron(count))
        let reset = reader.required("reset", .perNeuron(count))
        let membraneTime = reader.required("membrane_time", .perNeuron(count))
        let excitatoryTime = reader.required("synapse_time_excitatory", .perNeuron(count))
        let inhibitoryTime = reader.required("synapse_time_inhibitory", .perNeuron(count))
        let refractoryTime = reader.required("refractory_time", .perNeuron(count))
        let excitatoryGain = reader.required("gain_excitatory", .perNeuron(count))
        let inhibitoryGain = reader.required("gain_inhibitory", .perNeuron(count))
        let slope = reader.required("constant_slope", .perNeuron(count))
        let initial = reader.required("initial_membrane", .perNeuron(count))
        let spikes = reader.required("spikes", .bool)
        reader.finish(into: &collector)
        guard let scale, let leak, let threshold, let reset, let membraneTime, let excitatoryTime, let inhibitoryTime, let refractoryTime,
            let excitatoryGain, let inhibitoryGain, let slope, let initial, let spikes
        else { return nil }
        self.init(
            scale: scale, leak: leak, threshold: threshold, reset: reset, membraneTime: membraneTime,
            synapseTime: [excitatoryTime, inhibitoryTime], refractoryTime: refractoryTime, gain: [excitatoryGain, inhibitoryGain],
            constantSlope: slope, initialMembrane: initial, spikes: spikes)
    }
}
