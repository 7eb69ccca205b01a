import Diagnostics
import FrontEnd
import YAML

/// A reader that takes bytes from outside. It may refuse them with a diagnostic; it may not crash, hang or eat memory.
struct Entry: Sendable {
    /// The name that `Scripts/fuzz` takes.
    let name: String
    let read: @Sendable (_ bytes: [UInt8]) throws(DiagnosticsError) -> Void
}

/// Every reader that is fuzzed: add a line here.
let entries = [
    Entry(name: "yaml") { bytes throws(DiagnosticsError) in
        let node = try parseYAML(bytes, file: "fuzz.yaml")
        let text = printYAML(node)
        let again = try parseYAML(text, file: "printed.yaml", limits: .unlimited)
        precondition(again == node, "bug in the YAML printer: it does not read back as the same tree:\n\(text)")
    },
    Entry(name: "network") { bytes throws(DiagnosticsError) in
        let network = try readNetwork(bytes, file: "fuzz.yaml", folder: "/nonexistent").network
        let text = printNetwork(network)
        let again = try readNetwork(text, file: "printed.yaml", folder: "/nonexistent").network
        precondition(printNetwork(again) == text, "bug in the network printer: it does not read back as the same network:\n\(text)")
    },
]

extension Limits {
    /// Aliases print as what they stand for, which may take more than the original.
    fileprivate static var unlimited: Limits {
        var limits = Limits()
        limits.nodeCount = .max
        limits.scalarSize = .max
        return limits
    }
}
