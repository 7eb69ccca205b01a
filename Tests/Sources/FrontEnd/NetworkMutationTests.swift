import Diagnostics
import FrontEnd
import Numerics
import Support
import Testing

/// Damaged descriptions end in a diagnostic or are read; nothing crashes, hangs or grows. Deterministic, from a seed.
@Suite struct NetworkMutationTests {
    private static let names = Golden.names(in: "errors/network")

    /// Words and marks that mean something to the reader or to YAML.
    private static let tokens = [
        "{", "}", "[", "]", ":", ",", "\n", "  ", "- ", "'", "\"", "|", "&a ", "*a", "#", "%", "null", "~", ".nan", ".inf", "-.inf",
        "1e308", "-1", "0",
        "1", "1e18", "99999999999999999999", "0x7fffffffffffffff", "-9223372036854775808", "2147483647", "1e-320", "20 ms", "1 steps",
        "5 %", "1 mV",
        "input", "lif", "alif", "if_curr_exp", "li", "rate", "normalized", "{normal: {sigma: 1}}", "{uniform: {low: 0, high: 1}}",
        "all_to_all",
        "one_to_one", "{fixed_number_pre: {n: 3}}", "{list: [[0, 0]]}", "{conv2d: {kernel: 3}}", "{sum_pool: {window: 2}}", "same", "shape",
        "size",
        "cell", "weight", "delay", "[1, 1, 1, 1]", "[[1], [2]]", "{file: three-by-two.npy}", "{file: broken.npy}", "spike_source_array",
        "\u{0}", "\u{FF}",
    ]

    /// Each model is damaged in this many ways.
    private static let rounds = 25

    @Test(arguments: names) func `a damaged model is read or refused`(name: String) throws {
        let original = try #require(Golden.bytes("errors/network/\(name).yaml"))
        let random = Philox(seed: 20_240_229, purpose: "test/mutation/\(name)")
        for round in 0..<Self.rounds {
            let bytes = Self.damage(original, random.split(round))
            do throws(DiagnosticsError) {
                let network = try readNetwork(bytes, file: "damaged.yaml", folder: "\(Golden.directory)/errors/network").network
                // What is read can be printed and read again.
                let text = printNetwork(network)
                let again = try readNetwork(text, file: "printed.yaml", folder: "\(Golden.directory)/errors/network").network
                #expect(again.withoutPlaces == network.withoutPlaces, "round \(round)\n\(text)")
            } catch {
                #expect(!error.diagnostics.isEmpty)
                #expect(error.diagnostics.allSatisfy { !$0.message.isEmpty && $0.message.unicodeScalars.count < 2000 }, "round \(round)")
            }
        }
    }

    /// One to four damages: a byte changed, removed or doubled, a stretch removed, or a token put in.
    private static func damage(_ bytes: [UInt8], _ random: Philox) -> [UInt8] {
        var bytes = bytes
        for step in 0...random.integer(0, below: 4) {
            let draw = random.split(step + 1)
            // The first lines say what the file is; damage there is told at once.
            let start = min(bytes.count, step == 0 ? 30 : 0)
            let place = start + draw.integer(1, below: max(1, bytes.count - start))
            guard place < bytes.count else { continue }
            switch draw.integer(0, below: 6) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: draw.bits(2))
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(bytes[place], at: place)
            case 3: bytes.removeSubrange(place..<min(bytes.count, place + 1 + draw.integer(3, below: 12)))
            default:
                let token = Array(tokens[draw.integer(4, below: tokens.count)].utf8)
                let end = draw.integer(5, below: 2) == 0 ? place : endOfWord(bytes, place)
                bytes.replaceSubrange(place..<end, with: token)
            }
        }
        return bytes
    }

    private static func endOfWord(_ bytes: [UInt8], _ place: Int) -> Int {
        var end = place
        while end < bytes.count, bytes[end] != 0x20, bytes[end] != 0x2C, bytes[end] != 0x7D, bytes[end] != 0x5D, bytes[end] != 0x0A {
            end += 1
        }
        return end
    }
}
