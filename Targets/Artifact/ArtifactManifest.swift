import Chips
import Diagnostics
import FrontEnd
import Storage

/// The `manifest.json` of an artifact as a booting emulator reads it: every file is checked against its digest before it is used.
struct ArtifactManifest {
    /// The version of the artifact's layout.
    static let version = 1
    /// Larger ones are damaged.
    private static let mostBytes = 1 << 28

    let directory: String
    let json: JSONValue
    let family: String
    /// By name.
    private let digests: [String: String]

    init(_ directory: String) throws(DiagnosticsError) {
        let path = "\(directory)/\(AtomicDirectory.manifestName)"
        json = try JSONValue(file: path, limit: Self.mostBytes)
        self.directory = directory
        guard let version = json["spikewright"]?.int else {
            throw Self.damaged(path, "it has no key 'spikewright', so Spikewright did not write it")
        }
        guard version == Self.version else {
            throw DiagnosticsError(
                Diagnostic(
                    "artifact-version", "\(path): the artifact has version \(version), and this Spikewright reads version \(Self.version)",
                    help: "compile the network again"))
        }
        guard let family = json["family"]?.string else { throw Self.damaged(path, "'family' is missing") }
        self.family = family
        guard let files = json["files"]?.array else { throw Self.damaged(path, "'files' is missing") }
        var digests: [String: String] = [:]
        for file in files {
            guard let name = file["name"]?.string, let digest = file["sha256"]?.string else {
                throw Self.damaged(path, "an entry of 'files' lacks its name or digest")
            }
            digests[name] = digest
        }
        self.digests = digests
    }

    var path: String { "\(directory)/\(AtomicDirectory.manifestName)" }

    /// The path of a file of the artifact, once its bytes are those that were written.
    func checkedFile(_ name: String) throws(DiagnosticsError) -> String {
        guard let expected = digests[name] else { throw Self.damaged(path, "'files' does not list \(name)") }
        let file = "\(directory)/\(name)"
        let actual = try sha256(ofFile: file)
        guard actual == expected else {
            throw Self.damaged(file, "its sha256 is \(actual.prefix(16))…, and the manifest says \(expected.prefix(16))…")
        }
        return file
    }

    /// Checks what the chip's own tools would load, too; the summary of the placement is for people.
    func checkAllFiles() throws(DiagnosticsError) {
        for name in digests.keys.sorted() where name != "placement.json" { _ = try checkedFile(name) }
    }

    /// The chip that the network was compiled for; one that the machine can compute.
    func chip() throws(DiagnosticsError) -> Chip {
        let chip = try readChip(try checkedFile("chip.yaml"))
        try checkFamily(of: chip)
        return chip
    }

    static func damaged(_ file: String, _ what: String) -> DiagnosticsError {
        DiagnosticsError(Diagnostic("artifact-damaged", "\(file): \(what)", help: "compile the network again"))
    }
}
