import Diagnostics
import FrontEnd
import Support
import Testing

@Suite struct ChipGoldenErrorTests {
    /// A chip to build on, and one that builds on itself.
    static let library = ChipLibrary(names: ["tiny", "circle"]) { name in
        switch name {
        case "tiny": Golden.bytes("chip/tiny.yaml").map { (String(decoding: $0, as: UTF8.self), "tiny.yaml") }
        case "circle": ("spikewright: 1\nbase: circle\n", "base-cycle.yaml")
        default: nil
        }
    }

    /// Every malformed description ends in the message beside it.
    @Test(arguments: Golden.names(in: "errors/chip"))
    func refuses(_ name: String) {
        expectGoldenError(name, in: "errors/chip") { bytes, file throws(DiagnosticsError) in
            _ = try readChip(bytes: bytes, file: file, library: Self.library)
        }
    }

    @Test func `every id of the chip reader has an input`() throws {
        var reported: Set<String> = []
        for name in Golden.names(in: "errors/chip") {
            do throws(DiagnosticsError) {
                _ = try readChip(bytes: Golden.bytes("errors/chip/\(name).yaml") ?? [], file: name, library: Self.library)
            } catch { reported.formUnion(error.diagnostics.map(\.id)) }
        }
        let used = try ChipFiles.idsInSources()
        #expect(used.count >= 20)
        #expect(used.subtracting(reported).isEmpty, "no golden input for \(used.subtracting(reported).sorted())")
    }
}
