import Diagnostics
import FrontEnd
import Support
import Testing

/// Every malformed model is refused with the text that was reviewed; every id is shown.
@Suite struct NetworkGoldenErrorTests {
    static let folder = "errors/network"

    private func refuse(_ name: String) -> [Diagnostic] {
        expectGoldenError(name, in: Self.folder) { bytes, file throws(DiagnosticsError) in
            _ = try readNetwork(bytes, file: file, folder: "\(Golden.directory)/\(Self.folder)")
        }
    }

    @Test(arguments: Golden.names(in: folder)) func `a malformed model is refused as reviewed`(name: String) {
        for diagnostic in refuse(name) {
            #expect(diagnostic.place != nil, "\(diagnostic.id) has no place")
            #expect(diagnostic.help?.isEmpty == false, "\(diagnostic.id) has no help")
            #expect(diagnostic.message.count < 400)
        }
    }

    @Test func `every id is shown by a golden error`() {
        let shown = Set(Golden.names(in: Self.folder).flatMap { refuse($0).map(\.id) })
        let missing = NetworkFault.allCases.map(\.rawValue).filter { !shown.contains($0) }
        #expect(missing.isEmpty, "no golden error shows \(missing)")
        #expect(Golden.names(in: Self.folder).count >= 100)
    }
}
