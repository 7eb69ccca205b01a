public import Chips
public import Diagnostics
public import FrontEnd
public import Learning
public import Lowering
public import Simulation
import Storage

/// A family of chips: how an artifact is written for them, and how one is brought to life.
///
/// To add a family is to add a folder and one line in `allFamilies()`.
public protocol TargetFamily: Sendable {
    /// As `family` in a chip's description names it.
    static var name: String { get }
    /// One line for `spikewright targets`.
    static var summary: String { get }

    init()

    /// Refuses a chip that the family cannot write or emulate, before any work is done for it; what no machine can compute unless the
    /// family says otherwise.
    func check(_ chip: Chip) throws(DiagnosticsError)

    /// Writes the artifact of a network into a directory, which appears in one step.
    /// - Throws: what the family's artifact cannot hold, and faults of the file system.
    func write(_ graph: RoutedGraph, to directory: String, threads: Int) throws(DiagnosticsError) -> ArtifactReport

    /// Boots an emulator from an artifact alone.
    /// - Throws: what is missing or damaged, with the file and the place in it.
    func boot(_ directory: String, threads: Int) throws(DiagnosticsError) -> any Emulator

    /// The chip's learning engine, for rules that it runs itself; nil: the family emulates none.
    /// - Parameter numbers: the chip's numbers for the network that learns.
    func learningHardware(of chip: Chip, numbers: any LoweredForward) -> (any LearningHardware)?
}

extension TargetFamily {
    public func learningHardware(of _: Chip, numbers _: any LoweredForward) -> (any LearningHardware)? { nil }

    /// Refuses what the emulated machine cannot compute.
    public func check(_ chip: Chip) throws(DiagnosticsError) {
        let faults = MachineLimits.faults(of: chip)
        if !faults.isEmpty { throw DiagnosticsError(faults) }
    }
}

/// What became of an artifact.
public struct ArtifactReport: Hashable, Sendable {
    public struct File: Hashable, Sendable {
        public var name: String
        public var bytes: Int

        public init(name: String, bytes: Int) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// By name.
    public var files: [File]
    /// What a user should know, one sentence each: why an optional file was not written, for instance.
    public var notes: [String]

    public init(files: [File], notes: [String]) {
        self.files = files
        self.notes = notes
    }
}

/// All families, in the order in which they are listed to users.
public func allFamilies() -> [any TargetFamily.Type] { [LoihiFamily.self, SpiNNakerFamily.self, BrainScaleSFamily.self, PlainFamily.self] }

/// The family that writes and boots the artifacts of a chip.
public func family(of chip: Chip) throws(DiagnosticsError) -> any TargetFamily {
    try family(named: chip.family, of: "the chip '\(chip.name)'")
}

private func family(named name: String, of owner: String) throws(DiagnosticsError) -> any TargetFamily {
    if let family = allFamilies().first(where: { $0.name == name }) { return family.init() }
    let names = allFamilies().map { $0.name }
    let near = nearestName(to: name, among: names)
    throw DiagnosticsError(
        Diagnostic(
            "target-unknown-family",
            "\(owner) is of the family '\(name)', which there is not\(near.map { "; did you mean '\($0)'?" } ?? "")",
            help: "the families are \(names.joined(separator: ", ")); a chip of one's own is 'plain'"))
}

/// Refuses a chip of an artifact that its family cannot emulate.
func checkFamily(of chip: Chip) throws(DiagnosticsError) { try family(of: chip).check(chip) }

/// The descriptions that ship with Spikewright, by name.
public let chipLibrary = ChipLibrary(names: chipDescriptions().map(\.name)) { name in
    chipDescriptions().first { $0.name == name }.map { (String(decoding: $0.text, as: UTF8.self), "\(name).yaml") }
}

/// One line for each shipped description.
private func chipDescriptions() -> [(name: String, text: [UInt8])] {
    [
        ("loihi1", PackageResources.loihi1_yaml), ("loihi1x2", PackageResources.loihi1x2_yaml),
        ("loihi1x32", PackageResources.loihi1x32_yaml), ("loihi2", PackageResources.loihi2_yaml),
        ("loihi2x4", PackageResources.loihi2x4_yaml), ("loihi2x8", PackageResources.loihi2x8_yaml),
        ("loihi2x1152", PackageResources.loihi2x1152_yaml), ("spin3", PackageResources.spin3_yaml), ("spin5", PackageResources.spin5_yaml),
        ("spin5x3", PackageResources.spin5x3_yaml), ("brainscales2", PackageResources.brainscales2_yaml),
        ("spinnaker2", PackageResources.spinnaker2_yaml), ("spinnaker2-64k", PackageResources.spinnaker2_64k_yaml),
        ("spinnaker2x48", PackageResources.spinnaker2x48_yaml),
        ("brainscales2-ideal", PackageResources.brainscales2_ideal_yaml),
        ("brainscales2-uncalibrated", PackageResources.brainscales2_uncalibrated_yaml),
    ]
}

/// Every shipped chip, by name.
public func allTargets() throws(DiagnosticsError) -> [Chip] {
    var chips: [Chip] = []
    for name in chipLibrary.names { chips.append(try chip(named: name)) }
    return chips
}

/// A shipped chip.
public func chip(named name: String) throws(DiagnosticsError) -> Chip {
    guard let (text, file) = chipLibrary.description(name) else {
        let near = nearestName(to: name, among: chipLibrary.names)
        throw DiagnosticsError(
            Diagnostic(
                "target-unknown", "there is no target '\(name)'\(near.map { "; did you mean '\($0)'?" } ?? "")",
                help:
                    "the targets are \(chipLibrary.names.joined(separator: ", ")); a chip of one's own is named by its file, such as ./chip.yaml"
            ))
    }
    return try readChip(text: text, file: file, library: chipLibrary)
}

/// A target as a user names it: a shipped chip, or the path of a description (it holds a `/` or ends in `.yaml` or `.yml`).
///
/// A path that ends in `.json` is a machine as PACMAN writes it, of SpiNN-5 boards.
public func target(_ name: String) throws(DiagnosticsError) -> Chip {
    if let mark = name.lastIndex(of: "@"), let specimen = UInt64(name[name.index(after: mark)...]) {
        return try target(String(name[..<mark]), specimen: specimen)
    }
    if name.hasSuffix(".json") { return try readMachine(try JSONValue(file: name), file: name, like: try chip(named: "spin5")) }
    if name.contains("/") || name.hasSuffix(".yaml") || name.hasSuffix(".yml") { return try readChip(name, library: chipLibrary) }
    return try chip(named: name)
}

/// A chip of physical neurons, as one specimen of it: `brainscales2@3`.
private func target(_ name: String, specimen: UInt64) throws(DiagnosticsError) -> Chip {
    var chip = try target(name)
    guard case .analog(var law) = chip.arithmetic else {
        throw DiagnosticsError(
            Diagnostic(
                "target-specimen", "'\(name)@\(specimen)' asks for a specimen, and all chips '\(chip.name)' compute alike",
                help: "write '\(name)'; specimens differ on chips of physical neurons, such as brainscales2@3"))
    }
    law.variation.seed = specimen
    chip.arithmetic = .analog(law)
    return chip
}

/// Boots an emulator from any family's artifact.
public func bootArtifact(_ directory: String, threads: Int = 1) throws(DiagnosticsError) -> any Emulator {
    let manifest = try ArtifactManifest(directory)
    return try family(named: manifest.family, of: "the artifact '\(directory)'").boot(directory, threads: threads)
}
