import Chips
import YAML

extension Chip {
    /// Every key is written, also those with a default, but for empty sections.
    var yaml: Node {
        var entries = [
            Node.Entry("spikewright", Node(ChipReader.formatVersion)), Node.Entry("chip", Node(name)), Node.Entry("title", Node(title)),
            Node.Entry("family", Node(family)), Node.Entry("topology", topology.yaml),
            Node.Entry("resources", Node(.mapping(resources.map { Node.Entry($0.name, $0.yaml) }))),
            Node.Entry("formats", formats.yaml), Node.Entry("arithmetic", arithmetic.yaml),
        ]
        if let learning { entries.append(Node.Entry("learning", learning.yaml)) }
        if costs != Costs() { entries.append(Node.Entry("costs", costs.yaml)) }
        if faults != Faults() { entries.append(Node.Entry("faults", faults.yaml(on: topology))) }
        if sourcePlace != .host { entries.append(Node.Entry("source_place", Node(sourcePlace.rawValue))) }
        if !fields.isEmpty { entries.append(Node.Entry("fields", Node(.mapping(fields.map { Node.Entry($0.name, Node($0.value)) })))) }
        if !sources.isEmpty { entries.append(Node.Entry("sources", Node(.mapping(sources.map { Node.Entry($0.path, Node($0.text)) })))) }
        return Node(.mapping(entries))
    }
}

extension Topology {
    fileprivate var yaml: Node {
        switch self {
        case .mesh(let mesh): ["mesh": ["chips": Node(mesh.chips), "tiles": Node(mesh.tiles), "cores_per_tile": Node(mesh.coresPerTile)]]
        case .hexagonalTorus(let torus): ["hexagonal_torus": torus.yaml]
        case .crossbar(let crossbar): crossbar.yaml
        }
    }
}

extension HexagonalTorus {
    /// Boards are written out, chip by chip.
    fileprivate var yaml: Node {
        var entries = [
            Node.Entry("size", Node([width, height])), Node.Entry("wrap", Node(wraps.map { Node($0) })),
            Node.Entry("cores_per_chip", Node(coresPerChip)), Node.Entry("monitors", Node(monitors)),
            Node.Entry("gatherers", Node(gatherers)), Node.Entry("router_entries", Node(routerEntries)),
            Node.Entry("ethernet", Node(ethernet.map { Node([$0 % width, $0 / width]) })),
        ]
        let others = cores.indices.filter { cores[$0] != coresPerChip }
        if !others.isEmpty { entries.append(Node.Entry("chip_cores", Node(others.map { Node([$0 % width, $0 / width, cores[$0]]) }))) }
        if !absentLinks.isEmpty {
            let links = absentLinks.map { number in
                let router = number / Self.linkCount
                return Node([router % width, router / width, number % Self.linkCount])
            }
            entries.append(Node.Entry("absent_links", Node(links)))
        }
        return Node(.mapping(entries))
    }
}

extension CoreResource {
    fileprivate var yaml: Node { ["limit": Node(limit), "unit": Node(unit), "rule": rule.yaml] }
}

extension CapacityRule {
    fileprivate var yaml: Node {
        switch self {
        case .neurons(let each): ["neurons": ["each": Node(each)]]
        case .inputAxons: "input_axons"
        case .outputAxons(let each, let offChip): ["output_axons": ["each": Node(each), "off_chip": Node(offChip)]]
        case .synapseMemory(let packing): ["synapse_memory": packing.yaml]
        case .profiles(let profile): ["profiles": Node(profile.rawValue)]
        case .synapseFormats: "synapse_formats"
        case .delaySlots: "delay_slots"
        case .sourceNeurons: "source_neurons"
        case .ringBuffer: "ring_buffer"
        case .delayStages: "delay_stages"
        case .rowWords: "row_words"
        case .tableAddresses: "table_addresses"
        case .rowMemory: "row_memory"
        case .workingMemory: "working_memory"
        case .sharedMemory(let perNeuron, let packing): ["shared_memory": ["per_neuron": Node(perNeuron), "packing": packing.yaml]]
        case .crossbar(let part): ["crossbar": Node(part.rawValue)]
        }
    }
}

extension SynapsePacking {
    fileprivate var yaml: Node {
        var entries = [
            Node.Entry("word_bits", Node(wordBits)), Node.Entry("synapses_per_entry", Node(synapsesPerEntry)),
            Node.Entry("prefix_bits", Node(prefixBits)), Node.Entry("weight_bits", Node(weightBits)),
            Node.Entry("index_bits", Node(indexBits)), Node.Entry("delay_bits", Node(delayBits)),
        ]
        if let maximumWordsPerAxon { entries.append(Node.Entry("maximum_words_per_axon", Node(maximumWordsPerAxon))) }
        if let spareWordFrom { entries.append(Node.Entry("spare_word_from", Node(spareWordFrom))) }
        entries.append(Node.Entry("compressions", Node(compressions)))
        return Node(.mapping(entries))
    }
}

extension NumberFormats {
    fileprivate var yaml: Node {
        let decay: Node = [
            "bits": Node(decay.bits), "current_offset": Node(decay.currentOffset), "membrane_offset": Node(decay.membraneOffset),
        ]
        let weight: Node = [
            "bits": Node(weight.bits), "exponent": Node(weight.exponent), "shift": Node(weight.shift), "modes": Node(weight.modes),
            "scope": Node(weight.scope.rawValue), "sign": Node(weight.sign.rawValue),
        ]
        var entries = [Node.Entry("weight", weight)]
        if self.decay != .none { entries.append(Node.Entry("decay", decay)) }
        if threshold != .none { entries.append(Node.Entry("threshold", threshold.yaml)) }
        if bias != .none { entries.append(Node.Entry("bias", bias.yaml)) }
        entries += [
            Node.Entry("delay", Node(delay)), Node.Entry("refractory", Node(refractory)),
        ]
        entries.append(Node.Entry("payload_bits", Node(payloadBits)))
        return Node(.mapping(entries))
    }
}

extension MantissaFormat {
    fileprivate var yaml: Node { ["mantissa": Node(mantissa), "exponent": Node(exponent), "shift": Node(shift)] }
}

extension Arithmetic {
    fileprivate var yaml: Node {
        switch self {
        case .integerCurrent(let law):
            var entries = [
                Node.Entry("state_bits", Node(law.stateBits)), Node.Entry("current_overflow", Node(law.currentOverflow.rawValue)),
                Node.Entry("membrane_overflow", Node(law.membraneOverflow.rawValue)),
            ]
            if let bits = law.accumulatorBits { entries.append(Node.Entry("accumulator_bits", Node(bits))) }
            entries += [
                Node.Entry("drive_wraps", Node(law.driveWraps)), Node.Entry("exponent_applies_to", Node(law.exponentAppliesTo.rawValue)),
                Node.Entry("negative_mixed_rounding", Node(law.negativeMixedRounding.rawValue)), Node.Entry("resets", Node(law.resets)),
                Node.Entry("adaptive_threshold", Node(law.adaptiveThreshold)),
            ]
            if law.gradedBits > 0 { entries.append(Node.Entry("graded_bits", Node(law.gradedBits))) }
            return ["integer_current": Node(.mapping(entries))]
        case .analog(let law): return law.yaml
        case .fixedPoint(let law):
            return [
                "fixed_point": [
                    "cells": Node(law.cells), "substeps": Node(law.substeps), "colour_bits": Node(law.colourBits),
                    "ring_buffer_bits": Node(law.ringBufferBits), "delay_stages": Node(law.delayStages),
                    "expected_rate": Node(law.expectedRate), "expected_deviations": Node(law.expectedDeviations),
                ]
            ]
        case .floatingPoint(let law):
            var entries = [Node.Entry("weight_rounding", Node(law.weightRounding.rawValue))]
            if law.gradedBits > 0 { entries.append(Node.Entry("graded_bits", Node(law.gradedBits))) }
            return ["floating_point": Node(.mapping(entries))]
        }
    }
}

extension Costs {
    /// Energies in J, times in s.
    fileprivate var yaml: Node {
        var entries: [Node.Entry] = []
        if !events.isEmpty {
            let costs = Event.allCases.compactMap { event in
                events[event].map { Node.Entry(event.rawValue, ["energy": Node($0.energy), "time": Node($0.time)]) }
            }
            entries.append(Node.Entry("events", Node(.mapping(costs))))
        }
        if (barrierMinimum, barrierMaximum, barrierTiles) != (0, 0, 1) {
            let barrier: Node = ["minimum": Node(barrierMinimum), "maximum": Node(barrierMaximum), "tiles": Node(barrierTiles)]
            entries.append(Node.Entry("barrier", barrier))
        }
        if power != Power() { entries.append(Node.Entry("power", ["chip": Node(power.chip), "core": Node(power.core)])) }
        return Node(.mapping(entries))
    }
}

extension Faults {
    /// Each link once, the smaller router first.
    fileprivate func yaml(on topology: Topology) -> Node {
        let links = Set(deadLinks.map { RouterLink(from: min($0.from, $0.to), to: max($0.from, $0.to)) }).sorted()
        var entries: [Node.Entry] = []
        if !deadChips.isEmpty, case .hexagonalTorus(let torus) = topology {
            entries.append(Node.Entry("dead_chips", Node(deadChips.sorted().map { Node([$0 % torus.width, $0 / torus.width]) })))
        }
        if !deadCores.isEmpty { entries.append(Node.Entry("dead_cores", Node(deadCores.sorted()))) }
        if !links.isEmpty { entries.append(Node.Entry("dead_links", Node(links.map { Node([$0.from, $0.to]) }))) }
        return Node(.mapping(entries))
    }
}

extension Node {
    fileprivate init(_ integers: [Int]) { self.init(integers.map { Node($0) }) }
    fileprivate init(_ range: ClosedRange<Int>) { self.init([range.lowerBound, range.upperBound]) }
    fileprivate init<Case: RawRepresentable<String>>(_ cases: [Case]) { self.init(cases.map { Node($0.rawValue) }) }
}
