import Chips
import Diagnostics
import Networks
import Numerics
import YAML

extension QuantizedNetwork {
    var entries: [Node.Entry] {
        let populations = network.populations.ids.compactMap { id -> Node.Entry? in
            neurons(of: id).map { Node.Entry(network.populations[id].name, $0.node) }
        }
        let projections = network.projections.ids.map { Node.Entry(network.projections[$0].name, synapses(of: $0).node) }
        return [
            Node.Entry("neurons", Node(.mapping(populations))), Node.Entry("synapses", Node(.mapping(projections))),
            Node.Entry("payload_scale", Node(payloadScale.map { Node($0) })),
        ]
    }

    init?(_ reader: inout MappingReader, network: Network, chip: Chip) {
        var neurons: [QuantizedNeurons?] = []
        var complete = true
        if let node = reader.required("neurons") {
            var populations = MappingReader(node, of: "'neurons'", keys: "population")
            for population in network.populations {
                guard population.cell.neuron != nil else {
                    neurons.append(nil)
                    continue
                }
                let registers = populations.required(population.name).flatMap {
                    QuantizedNeurons($0, of: population, in: network, chip: chip, into: &populations.collector)
                }
                complete = complete && registers != nil
                neurons.append(registers)
            }
            populations.finish(into: &reader.collector)
        }
        var synapses: [QuantizedSynapses] = []
        if let node = reader.required("synapses") {
            var projections = MappingReader(node, of: "'synapses'", keys: "projection")
            for projection in network.projections {
                if let format = projections.required(projection.name).flatMap({
                    QuantizedSynapses($0, of: projection.name, chip: chip, into: &projections.collector)
                }) {
                    synapses.append(format)
                }
            }
            projections.finish(into: &reader.collector)
        }
        let count = network.populations.count
        let payloadScale = reader.required("payload_scale", .list(of: .real(above: 0), count: count...count))
        guard complete, neurons.count == count, synapses.count == network.projections.count, let payloadScale else { return nil }
        self.init(network: network, chip: chip, neurons: neurons, synapses: synapses, payloadScale: payloadScale)
    }
}

extension QuantizedNeurons {
    fileprivate var node: Node {
        switch self {
        case .compartments(let registers): registers.node
        case .analog(let targets): targets.node
        case .fixedPoint(let neurons): neurons.node
        case .floatingPoint(let neurons): neurons.node
        }
    }

    /// What the chip's arithmetic keeps of a population.
    fileprivate init?(
        _ node: Node, of population: Population, in network: Network, chip: Chip, into collector: inout DiagnosticCollector
    ) {
        switch chip.arithmetic {
        case .integerCurrent:
            guard let registers = IntegerCompartments(node, of: population, chip: chip, into: &collector) else { return nil }
            self = .compartments(registers)
        case .analog:
            guard let targets = AnalogNeurons(node, of: population, into: &collector) else { return nil }
            self = .analog(targets)
        case .fixedPoint:
            guard let neurons = FixedPointNeurons(node, of: population, into: &collector) else { return nil }
            self = .fixedPoint(neurons)
        case .floatingPoint:
            guard let id = network.population(named: population.name), let dynamics = network.dynamics(of: id),
                let neurons = FloatingPointNeurons(node, of: population, model: dynamics, into: &collector)
            else { return nil }
            self = .floatingPoint(neurons)
        }
    }
}

extension IntegerCompartments {
    fileprivate var node: Node {
        let fixed: Node = [
            "scale": Node(scale), "origin": .perNeuron(origin), "current_decay": .perNeuron(currentDecay),
            "membrane_decay": .perNeuron(membraneDecay), "threshold_mantissa": .perNeuron(thresholdMantissa),
            "bias_mantissa": .perNeuron(biasMantissa), "bias_exponent": .perNeuron(biasExponent),
            "refractory_steps": .perNeuron(refractorySteps), "reset": Node(reset.rawValue), "spikes": Node(spikes),
            "initial_membrane": .perNeuron(initialMembrane), "added_delay": Node(addedDelay),
        ]
        var entries = fixed.mapping ?? []
        if let adaptation { entries.append(Node.Entry("adaptation", adaptation.node)) }
        if let graded { entries.append(Node.Entry("graded", graded.node)) }
        return Node(.mapping(entries))
    }

    fileprivate init?(_ node: Node, of population: Population, chip: Chip, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "neurons of '\(population.name)'")
        let (count, formats) = (population.size, chip.formats)
        let decays = 0...formats.decay.one
        let scale = reader.required("scale", .real(above: 0))
        let origin = reader.required("origin", .perNeuron(count))
        let current = reader.required("current_decay", .perNeuron(count, in: decays))
        let membrane = reader.required("membrane_decay", .perNeuron(count, in: decays))
        let threshold = reader.required("threshold_mantissa", .perNeuron(count, in: formats.threshold.mantissa))
        let bias = reader.required("bias_mantissa", .perNeuron(count, in: formats.bias.mantissa))
        let exponent = reader.required("bias_exponent", .perNeuron(count, in: formats.bias.exponent))
        let refractory = reader.required("refractory_steps", .perNeuron(count, in: formats.refractory))
        let reset = reader.required("reset", .choice(of: IntegerCurrentArithmetic.Reset.self))
        let spikes = reader.required("spikes", .bool)
        let initial = reader.required("initial_membrane", .perNeuron(count, in: -(1 << 31)...(1 << 31)))
        let delay = reader.required("added_delay", .integer(atLeast: 0, atMost: 1))
        let adaptation = reader.optional("adaptation").map { [AdaptiveThreshold]($0, of: population, chip: chip, into: &collector) }
        let graded = reader.optional("graded").map { [GradedUnit]($0, of: population, chip: chip, into: &collector) }
        reader.finish(into: &collector)
        if let adaptation, adaptation == nil { return nil }
        if let graded, graded == nil { return nil }
        guard let scale, let origin, let current, let membrane, let threshold, let bias, let exponent, let refractory, let reset,
            let spikes,
            let initial, let delay
        else { return nil }
        self.init(
            scale: scale, origin: origin, currentDecay: current, membraneDecay: membrane, thresholdMantissa: threshold, biasMantissa: bias,
            biasExponent: exponent, refractorySteps: refractory, reset: reset, spikes: spikes, initialMembrane: initial, addedDelay: delay,
            adaptation: adaptation ?? nil, graded: graded ?? nil)
    }
}

extension [AdaptiveThreshold] {
    fileprivate var node: Node {
        [
            "decay": .perNeuron(map(\.decay)), "jump": .perNeuron(map(\.jump)), "later_reset": .perNeuron(map(\.laterReset)),
            "reset": Node(first?.reset.rawValue ?? ""), "blocks": Node(first?.blocks ?? false),
        ]
    }

    /// The law of reset and refractory time is one for a population.
    fileprivate init?(_ node: Node, of population: Population, chip: Chip, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "'adaptation' of '\(population.name)'")
        let (count, most) = (population.size, Int(Int32.max))
        let decay = reader.required("decay", .perNeuron(count, in: 0...chip.formats.decay.one))
        let jump = reader.required("jump", .perNeuron(count, in: -most...most))
        let later = reader.required("later_reset", .perNeuron(count, in: -most...most))
        let reset = reader.required("reset", .choice(of: AdaptiveThreshold.ResetLaw.self))
        let blocks = reader.required("blocks", .bool)
        reader.finish(into: &collector)
        guard let decay, let jump, let later, let reset, let blocks else { return nil }
        self = (0..<count).map {
            AdaptiveThreshold(decay: decay[$0], jump: jump[$0], reset: reset, laterReset: later[$0], blocks: blocks)
        }
    }
}

extension [GradedUnit] {
    fileprivate var node: Node {
        [
            "multiplier": .perNeuron(map(\.multiplier)), "multiplier_below": .perNeuron(map(\.multiplierBelow)),
            "shift": .perNeuron(map(\.shift)), "largest": .perNeuron(map(\.largest)),
        ]
    }

    fileprivate init?(_ node: Node, of population: Population, chip: Chip, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "'graded' of '\(population.name)'")
        let count = population.size
        let multipliers = -(1 << GradedUnit.multiplierBits) + 1...(1 << GradedUnit.multiplierBits) - 1
        let multiplier = reader.required("multiplier", .perNeuron(count, in: multipliers))
        let below = reader.required("multiplier_below", .perNeuron(count, in: multipliers))
        let shift = reader.required("shift", .perNeuron(count, in: GradedUnit.shifts))
        let largest = reader.required("largest", .perNeuron(count, in: 1...Swift.max(chip.arithmetic.largestGradedValue, 1)))
        reader.finish(into: &collector)
        guard let multiplier, let below, let shift, let largest else { return nil }
        self = (0..<count).map {
            GradedUnit(multiplier: multiplier[$0], multiplierBelow: below[$0], shift: shift[$0], largest: largest[$0])
        }
    }
}

extension QuantizedSynapses {
    fileprivate var node: Node {
        var node: Node = [
            "unit": Node(unit), "exponent": Node(exponent), "bits": Node(bits), "mode": Node(mode.rawValue),
            "rounding": Node(rounding.rawValue),
            "seed": Node(String(seed)), "delay_offset": Node(delayOffset), "maximum_delay": Node(maximumDelay), "error": error.node,
        ]
        if parallel != 1, let entries = node.mapping { node = Node(.mapping(entries + [Node.Entry("parallel", Node(parallel))])) }
        return node
    }

    fileprivate init?(_ node: Node, of projection: String, chip: Chip, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "synapses of '\(projection)'")
        let format = chip.formats.weight
        let unit = reader.required("unit", .real(above: 0))
        let exponent = reader.required("exponent", .integer(atLeast: format.exponent.lowerBound, atMost: format.exponent.upperBound))
        let bits = reader.required("bits", .integer(atLeast: 1, atMost: format.bits.last ?? 1))
        let mode = reader.required("mode", .choice(of: WeightFormat.SignMode.self))
        let rounding = reader.required("rounding", .choice(of: Rounding.self))
        let seed = reader.required("seed", .text).flatMap { UInt64($0) }
        let offset = reader.required("delay_offset", .integer(atLeast: -1, atMost: 1))
        let delay = reader.required("maximum_delay", .integer(atLeast: 0, atMost: chip.formats.delay.upperBound))
        let parallel = reader.value("parallel", .integer(atLeast: 1, atMost: 512), default: 1)
        let error = reader.required("error").flatMap { WeightError($0, of: projection, into: &reader.collector) }
        reader.finish(into: &collector)
        guard let unit, let exponent, let bits, let mode, let rounding, let seed, let offset, let delay, let error else { return nil }
        self.init(
            unit: unit, exponent: exponent, bits: bits, mode: mode, rounding: rounding, seed: seed, delayOffset: offset,
            maximumDelay: delay, error: error, parallel: parallel)
    }
}

extension WeightError {
    fileprivate var node: Node {
        [
            "synapses": Node(synapses), "lowest": Node(lowest), "highest": Node(highest), "clipped": Node(clipped), "zeroed": Node(zeroed),
            "root_mean_square": Node(rootMeanSquare), "largest": Node(largest), "delays_clipped": Node(delaysClipped),
        ]
    }

    fileprivate init?(_ node: Node, of projection: String, into collector: inout DiagnosticCollector) {
        var reader = MappingReader(node, of: "error of '\(projection)'")
        let synapses = reader.required("synapses", .integer(atLeast: 0))
        let lowest = reader.required("lowest", .real)
        let highest = reader.required("highest", .real)
        let clipped = reader.required("clipped", .integer(atLeast: 0))
        let zeroed = reader.required("zeroed", .integer(atLeast: 0))
        let rootMeanSquare = reader.required("root_mean_square", .real(atLeast: 0))
        let largest = reader.required("largest", .real(atLeast: 0))
        let delaysClipped = reader.required("delays_clipped", .integer(atLeast: 0))
        reader.finish(into: &collector)
        guard let synapses, let lowest, let highest, let clipped, let zeroed, let rootMeanSquare, let largest, let delaysClipped else {
            return nil
        }
        self.init(
            synapses: synapses, lowest: lowest, highest: highest, clipped: clipped, zeroed: zeroed, rootMeanSquare: rootMeanSquare,
            largest: largest, delaysClipped: delaysClipped)
    }
}
