public import Chips
public import Diagnostics
public import Learning
public import Lowering
public import Simulation

/// Any chip that is described by known kinds: artifacts are tables of integers, as plain as they can be.
public struct PlainFamily: TargetFamily {
    public static let name = "plain"
    public static let summary =
        "any chip built from known kinds, one's own included: tables of registers, axons and synapses in JSON and HDF5"

    public init() {}

    /// Refuses fields, of which the family has none, and what the machine cannot compute.
    public func check(_ chip: Chip) throws(DiagnosticsError) {
        let faults = chip.fields.map { field in
            Diagnostic(
                "plain-field", "the chip '\(chip.name)' has the field '\(field.name)', and the family 'plain' has no fields",
                at: field.place ?? chip.place, help: "remove it, or say what it says by the kinds of the description")
        }
        let all = faults + MachineLimits.faults(of: chip)
        if !all.isEmpty { throw DiagnosticsError(all) }
    }

    /// The learning program of cores that compute in single precision.
    public func learningHardware(of chip: Chip, numbers: any LoweredForward) -> (any LearningHardware)? {
        guard case .floatingPoint = chip.arithmetic, chip.learning?.isFloatingPoint == true, let numbers = numbers as? any QuantizedSource
        else { return nil }
        return SinglePrecisionLearning(chip: chip, numbers: numbers)
    }

    public func write(_ graph: RoutedGraph, to directory: String, threads: Int) throws(DiagnosticsError) -> ArtifactReport {
        try PlainWriter(graph: graph, threads: threads).write(to: directory)
    }

    public func boot(_ directory: String, threads: Int) throws(DiagnosticsError) -> any Emulator {
        EmulatedMachine(try PlainLoader(directory).image(threads: threads), threads: threads)
    }
}
