import Diagnostics
import Numerics
import Support
import Testing
import YAML

/// Thousands of seeded mutations of good and bad files: each is read or refused with a diagnostic that renders.
///
/// `Scripts/fuzz` does the same with coverage and without end; this part of it runs everywhere and always the same.
@Suite struct MutationTests {
    @Test(arguments: Golden.names(in: "errors/yaml") + ["(valid)"])
    func survives(_ name: String) throws {
        let original = name == "(valid)" ? Array(Self.valid.utf8) : try #require(Golden.bytes("errors/yaml/\(name).yaml"))
        for seed in 0..<40 {
            let bytes = Self.mutated(original, Philox(seed: UInt64(seed), purpose: "yaml/mutation/\(name)"))
            do throws(DiagnosticsError) {
                let node = try parseYAML(bytes, file: "mutated.yaml")
                let again = try? parseYAML(printYAML(node), file: "printed.yaml")
                #expect(again == node, "seed \(seed)")
            } catch {
                #expect(
                    error.diagnostics.allSatisfy { $0.id.hasPrefix("yaml-") && $0.place != nil && $0.help != nil || $0.id == "yaml-syntax" }
                )
                #expect(Golden.rendered(error, quoting: bytes).contains("mutated.yaml:"), "seed \(seed)")
            }
        }
    }

    private static let valid = """
        spikewright: 1
        setup: &s {timestep: 1 ms, seed: 42, exact: true}
        populations:
          image:  {shape: [8, 8], cell: input}
          hidden:
            <<: *s
            cell: {lif: {tau_m: 20 ms, v_thresh: 1e0, reset: 'sub''tract'}}
            note: "a\\tb\\u00e9"
        projections:
          - {pre: image,  post: hidden, weight: {normal: {sigma: 0.1}}}
          - pre: hidden
            text: |+2
              literal

        # end
        """

    /// Up to six edits: bits, bytes, indicator characters, stretches removed, doubled or moved.
    private static func mutated(_ original: [UInt8], _ random: Philox) -> [UInt8] {
        var bytes = original
        let indicators = Array("-?:,[]{}#&*!|>'\"%@`\n\t \\~<".utf8) + [0, 0x0D, 0x80, 0xFF, 0xC3, 0xEF]
        for edit in 0..<(1 + Int(random.block(0)[3] % 6)) {
            let draw = random.block(UInt64(edit) + 1)
            guard !bytes.isEmpty else { return indicators }
            let at = Int(draw[1]) % bytes.count
            let length = min(1 + Int(draw[2] % 20), bytes.count - at)
            switch draw[0] % 6 {
            case 0: bytes[at] ^= 1 << UInt8(draw[2] % 8)
            case 1: bytes[at] = UInt8(truncatingIfNeeded: draw[2])
            case 2: bytes.insert(indicators[Int(draw[2]) % indicators.count], at: at)
            case 3: bytes.removeSubrange(at..<at + length)
            case 4: bytes.insert(contentsOf: bytes[at..<at + length], at: Int(draw[3]) % bytes.count)
            default: bytes.replaceSubrange(at..<at + length, with: bytes[at..<at + length].reversed())
            }
        }
        return bytes
    }
}
