public import Chips
public import Diagnostics
public import Learning
public import Lowering
public import Simulation

/// Loihi 1 and Loihi 2: artifacts are register files by the names of NxSDK.
public struct LoihiFamily: TargetFamily {
    public static let name = "loihi"
    public static let summary = "register files by NxSDK's names, synapse memory as packed words, and NetX where it fits"

    public init() {}

    public func write(_ graph: RoutedGraph, to directory: String, threads: Int) throws(DiagnosticsError) -> ArtifactReport {
        try LoihiWriter(graph: graph, threads: threads).write(to: directory)
    }

    public func boot(_ directory: String, threads: Int) throws(DiagnosticsError) -> any Emulator {
        EmulatedMachine(try LoihiLoader(directory).image(threads: threads), threads: threads)
    }

    public func learningHardware(of chip: Chip, numbers: any LoweredForward) -> (any LearningHardware)? {
        PairLearning(chip: chip, numbers: numbers)
    }
}
