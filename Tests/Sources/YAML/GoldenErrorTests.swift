import Diagnostics
import Support
import Testing
import YAML

@Suite struct YAMLGoldenErrorTests {
    /// Every malformed file ends in the message beside it.
    @Test(arguments: Golden.names(in: "errors/yaml"))
    func refuses(_ name: String) {
        expectGoldenError(name, in: "errors/yaml") { bytes, file throws(DiagnosticsError) in
            _ = try parseYAML(bytes, file: file)
        }
    }
}
