import Diagnostics
import FrontEnd
import Storage
import Support
import Testing

/// Every malformed model is refused with the text that was reviewed; every id is shown.
@Suite struct NetworkGoldenErrorTests {
    static let folder = "errors/network"

    private func refuse(_ name: String) -> [Diagnostic] {
        expectGoldenError(name, in: Self.folder) { bytes, file throws(DiagnosticsError) in
            do throws(DiagnosticsError) { _ = try readNetwork(bytes, file: file, folder: "\(Golden.directory)/\(Self.folder)") } catch {
                throw DiagnosticsError(error.diagnostics.map(withoutCheckout))
            }
        }
    }

    @Test(arguments: Golden.names(in: folder)) func `a malformed model is refused as reviewed`(name: String) {
        for diagnostic in refuse(name) {
            #expect(diagnostic.place != nil, "\(diagnostic.id) has no place")
            #expect(diagnostic.help?.isEmpty == false, "\(diagnostic.id) has no help")
            #expect(diagnostic.message.count < 400)
        }
    }

    /// A file as training would write it, for one neuron too few.
    @Test(.enabled(if: Golden.isBlessing, "writes an input of the golden errors: BLESS=1"))
    func `the trained values that a golden error names`() throws {
        try HDF5File.write(to: "\(Golden.directory)/\(Self.folder)/trained-for-another.h5") { file throws(DiagnosticsError) in
            try file.createGroup("/weight")
            try file.write([Float](repeating: 1, count: 15 * 10), shape: [15, 10], to: "/weight/hidden->digit")
        }
    }

    @Test func `every id is shown by a golden error`() {
        let shown = Set(Golden.names(in: Self.folder).flatMap { refuse($0).map(\.id) })
        let missing = NetworkFault.allCases.map(\.rawValue).filter { !shown.contains($0) }
        #expect(missing.isEmpty, "no golden error shows \(missing)")
        #expect(Golden.names(in: Self.folder).count >= 100)
    }

    /// The text does not depend on where the checkout is.
    private func withoutCheckout(_ diagnostic: Diagnostic) -> Diagnostic {
        func shorten(_ text: String) -> String { text.replacing(Golden.directory, with: "Tests/Golden") }
        var diagnostic = diagnostic
        diagnostic.message = shorten(diagnostic.message)
        diagnostic.help = diagnostic.help.map(shorten)
        return diagnostic
    }
}
