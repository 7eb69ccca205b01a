import Chips
import Diagnostics
import YAML

/// Whether the parts of a description fit together:
///
/// - synapses have at most one layout (`synapse_memory` or `shared_memory`)
/// - every width of weights fits a width of the layout; so do the longest delay, and the number of every neuron of a core when sparse
/// - every threshold lies below the largest membrane potential, so that it can be crossed
/// - at least one core is left
struct ChipChecks {
    let node: Node
    let topology: Topology
    let resources: [CoreResource]
    let formats: NumberFormats
    let arithmetic: Arithmetic
    let faults: Faults

    func report(_ collector: inout DiagnosticCollector) {
        let packings = resources.compactMap { resource in resource.rule.packing.map { (resource.name, $0) } }
        if packings.count > 1 {
            collector.report(
                Diagnostic(
                    "chip-two-packings", "both '\(packings[0].0)' and '\(packings[1].0)' say how synapses are laid out",
                    at: place("resources", packings[1].0), help: "keep one of the two"))
        }
        for (name, packing) in packings { check(packing, name, &collector) }
        checkThreshold(&collector)
        if !hasUsableCore {
            collector.report(
                Diagnostic(
                    "chip-no-core-left", "all \(topology.coreCount) cores are dead", at: place("faults", "dead_cores"),
                    help: "leave at least one core"))
        }
    }

    private var hasUsableCore: Bool {
        switch topology {
        case .mesh(let mesh): faults.deadCores.count < mesh.coreCount
        case .crossbar(let crossbar): faults.deadCores.count < crossbar.executions
        case .hexagonalTorus(let torus):
            (0..<torus.routerCount).contains { router in
                torus.hasChip(router) && !faults.deadChips.contains(router)
                    && torus.applicationCores(ofRouter: router).contains { !faults.deadCores.contains($0) }
            }
        }
    }

    private func check(_ packing: SynapsePacking, _ name: String, _ collector: inout DiagnosticCollector) {
        let (widestWeight, widestPacked) = (formats.weight.bits.last ?? 0, packing.weightBits.last ?? 0)
        if widestWeight > widestPacked {
            collector.report(
                Diagnostic(
                    "chip-weight-width", "weights have up to \(widestWeight) bits, '\(name)' stores at most \(widestPacked)",
                    at: place("resources", name, or: "formats", "weight"),
                    help: "add \(widestWeight) to its 'weight_bits', or remove that width from 'formats.weight.bits'"))
        }
        let delayBits = packing.delayBits.last ?? 0
        let longestDelay = (1 << delayBits) - 1
        if formats.delay.upperBound > longestDelay {
            let needed = Int.bitWidth - formats.delay.upperBound.leadingZeroBitCount
            collector.report(
                Diagnostic(
                    "chip-delay-width", "delays go up to \(formats.delay.upperBound), '\(name)' stores at most \(longestDelay)",
                    at: place("resources", name, or: "formats", "delay"),
                    help: "add \(needed) to its 'delay_bits', or end 'formats.delay' at \(longestDelay)"))
        }
        let indexBits = packing.indexBits.last ?? 0
        if packing.compressions.contains(.sparse), let most = mostNeurons, most - 1 >= 1 << indexBits {
            let needed = Int.bitWidth - (most - 1).leadingZeroBitCount
            collector.report(
                Diagnostic(
                    "chip-index-width", "a core has up to \(most) neurons, '\(name)' numbers at most \(1 << indexBits)",
                    at: place("resources", name),
                    help: needed <= 32
                        ? "add \(needed) to its 'index_bits', or leave 'sparse' out" : "leave 'sparse' out of its 'compressions'"))
        }
    }

    /// How many neurons the tightest rule allows.
    private var mostNeurons: Int? {
        resources.compactMap { resource in
            if case .neurons(let each) = resource.rule { resource.limit / each } else { nil }
        }.min()
    }

    private func checkThreshold(_ collector: inout DiagnosticCollector) {
        guard case .integerCurrent(let arithmetic) = arithmetic else { return }
        let format = formats.threshold
        var factor = 1.0
        for _ in 0..<max(0, format.shift + format.exponent.upperBound) { factor *= 2 }
        let largest = Double(format.mantissa.upperBound) * factor
        let limit = Double((1 << arithmetic.stateBits) - 1)
        if largest > limit {
            collector.report(
                Diagnostic(
                    "chip-threshold-range",
                    "a threshold of \(format.mantissa.upperBound) · 2^\(format.shift + format.exponent.upperBound) is above the largest membrane "
                        + "potential, 2^\(arithmetic.stateBits) - 1",
                    at: place("formats", "threshold"), help: "lower 'mantissa', 'exponent' or 'shift', or raise 'state_bits'"))
        }
    }

    /// The place of a key; one in the user's own file before one in its base.
    private func place(_ section: String, _ key: String, or otherSection: String? = nil, _ otherKey: String = "") -> SourceRange? {
        var places = [entryPlace(section, key)]
        if let otherSection { places.append(entryPlace(otherSection, otherKey)) }
        return places.compactMap { $0 }.first { $0.file == node.place?.file } ?? places[0]
    }

    private func entryPlace(_ section: String, _ key: String) -> SourceRange? {
        let inner = node[section]
        return inner?.mapping?.first { $0.key == key }?.keyPlace ?? inner?.place ?? node.place
    }
}

extension CapacityRule {
    /// The layout of synapses, when this rule has one.
    var packing: SynapsePacking? {
        switch self {
        case .synapseMemory(let packing), .sharedMemory(_, let packing): packing
        default: nil
        }
    }
}
