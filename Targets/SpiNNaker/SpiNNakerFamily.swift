public import Chips
public import Diagnostics
public import Learning
public import Lowering
public import Simulation

/// SpiNNaker: artifacts are SDRAM images and router tables as sPyNNaker 7.4 and SARK lay them out.
public struct SpiNNakerFamily: TargetFamily {
    public static let name = "spinnaker"
    public static let summary = "SDRAM images of sPyNNaker 7.4's binaries, router tables of SARK, and PACMAN's JSON"

    public init() {}

    /// Refuses kinds and numbers that the layouts of the files do not have.
    public func check(_ chip: Chip) throws(DiagnosticsError) {
        var faults: [Diagnostic] = []
        func fault(_ what: String, help: String) {
            faults.append(Diagnostic("spinnaker-kind", "the chip '\(chip.name)' \(what)", at: chip.place, help: help))
        }
        if case .hexagonalTorus(let torus) = chip.topology {
            if torus.coresPerChip > 18 {
                fault("has \(torus.coresPerChip) cores a chip, and a route has bits for 18", help: "state at most 18")
            }
        } else {
            fault("is no hexagonal torus, and the family 'spinnaker' is", help: "write 'topology: {hexagonal_torus: …}', or another family")
        }
        guard case .fixedPoint(let arithmetic) = chip.arithmetic else {
            fault("does not compute in fixed point, and the family 'spinnaker' does", help: "write 'arithmetic: {fixed_point: …}'")
            throw DiagnosticsError(faults)
        }
        if chip.sourcePlace != .cores { fault("has no cores for sources, which the files need", help: "write 'source_place: cores'") }
        let weight = chip.formats.weight
        if weight.bits != [16] || weight.sign != .receptor || weight.scope != .receptor || weight.exponent.lowerBound < 0
            || weight.shift != 0
        {
            fault(
                "has weights of another layout than a row of the synaptic matrix",
                help:
                    "write 'weight: {bits: [16], exponent: [0, 16], modes: [mixed, excitatory, inhibitory], scope: receptor, sign: receptor}'"
            )
        }
        if chip.formats.delay.lowerBound != 1 { fault("stores delays from another step than 1 on", help: "begin 'formats.delay' with 1") }
        if arithmetic.colourBits > 7 || arithmetic.ringBufferBits > 16 {
            fault("has fields of a key or a synapse word that are too wide", help: "use at most 7 colour bits and 16 bits of a ring buffer")
        }
        for field in chip.fields where !SpiNNakerFields.names.contains(field.name) {
            faults.append(
                Diagnostic(
                    "spinnaker-field", "the chip '\(chip.name)' has the field '\(field.name)', which SpiNNaker does not know",
                    at: field.place ?? chip.place, help: "the fields are \(SpiNNakerFields.names.joined(separator: ", "))"))
        }
        if !faults.isEmpty { throw DiagnosticsError(faults) }
    }

    public func write(_ graph: RoutedGraph, to directory: String, threads: Int) throws(DiagnosticsError) -> ArtifactReport {
        try SpiNNakerWriter(graph: graph, threads: threads).write(to: directory)
    }

    public func boot(_ directory: String, threads: Int) throws(DiagnosticsError) -> any Emulator {
        let image = try SpiNNakerLoader(directory).image(threads: threads)
        return EmulatedSpiNNaker(image, threads: threads, isRealTime: SpiNNakerFields(image.chip).isRealTime)
    }

    /// Pair rules on plastic rows.
    public func learningHardware(of chip: Chip, numbers: any LoweredForward) -> (any LearningHardware)? {
        RowLearning(chip: chip, numbers: numbers)
    }
}
