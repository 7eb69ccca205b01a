public import Chips
public import Diagnostics
public import Lowering
public import Simulation

/// BrainScaleS-2: accelerated physical neurons behind a crossbar of labels.
public struct BrainScaleSFamily: TargetFamily {
    public static let name = "brainscales"
    public static let summary = "BrainScaleS-2: physical neurons 1000 times faster than real time, one chip in one or more executions"

    public init() {}

    /// Refuses a chip that is built from other kinds.
    public func check(_ chip: Chip) throws(DiagnosticsError) {
        var faults: [Diagnostic] = []
        func refuse(_ message: String, help: String) {
            faults.append(Diagnostic("brainscales-chip", "the chip '\(chip.name)' \(message)", at: chip.place, help: help))
        }
        if case .crossbar = chip.topology {
        } else {
            refuse("has no labelled crossbar, and BrainScaleS has nothing else", help: "use the topology 'crossbar', or another family")
        }
        if case .analog = chip.arithmetic {
        } else {
            refuse("computes integers, and BrainScaleS has physical neurons", help: "use the arithmetic 'analog', or another family")
        }
        if chip.formats.weight.sign != .receptor || chip.formats.weight.bits.contains(where: { $0 > 6 }) {
            refuse(
                "has weights that a synapse of 6 bits in a row of one sign cannot hold",
                help: "write 'sign: receptor' and at most 6 'bits' in 'formats.weight'")
        }
        for field in chip.fields {
            faults.append(
                Diagnostic(
                    "brainscales-field",
                    "the chip '\(chip.name)' has the field '\(field.name)', and the family 'brainscales' has no fields",
                    at: field.place ?? chip.place, help: "remove it"))
        }
        if !faults.isEmpty { throw DiagnosticsError(faults) }
    }

    public func write(_ graph: RoutedGraph, to directory: String, threads: Int) throws(DiagnosticsError) -> ArtifactReport {
        try BrainScaleSWriter(graph: graph).write(to: directory)
    }

    public func boot(_ directory: String, threads: Int) throws(DiagnosticsError) -> any Emulator {
        try BrainScaleSEmulator(directory)
    }
}
