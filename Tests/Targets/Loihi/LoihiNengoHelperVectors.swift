import Foundation
import Numerics
import Storage
import Support
import Targets
import Testing

/// nengo-loihi's scalar functions: decays, wraps, weights, biases, memory.
@Suite struct LoihiNengoHelperVectors {
    static let files: [JSONValue] = {
        let folder = vectorsFolder("golden/loihi")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return names.sorted().filter { $0.hasSuffix(".json") }.compactMap { try? JSONValue(file: "\(folder)/\($0)") }
            .filter { $0["kind"]?.string == "nengo_helpers" }
    }()

    private let weightBits = [0, 1, 2, 3, 4, 5, 6, 8]
    private let indexBits = [0, 6, 7, 8, 9, 10, 11, 12]

    @Test func vectorsArePresent() { #expect(!Self.files.isEmpty) }

    @Test func decaysAndWraps() throws {
        for file in Self.files {
            let decay = try #require(file["decay_int"])
            let (values, decays) = (try #require(decay["x"]?.ints), try #require(decay["decay"]?.ints))
            for offset in 0...1 {
                let expected = try #require(decay["offset\(offset)"]?.ints)
                #expect(values.indices.map { NengoDiscretization.decayed(values[$0], decay: decays[$0], offset: offset) } == expected)
            }
            let overflow = try #require(file["overflow"])
            let wide = try #require(overflow["x"]?.ints)
            #expect(wide.map { $0.wrapped(toBits: 22) } == overflow["bits21"]?.ints)
            #expect(wide.map { $0.wrapped(toBits: 24) } == overflow["bits23"]?.ints)
        }
    }

    @Test func decayMagnitudes() throws {
        for file in Self.files {
            for row in try #require(file["decay_magnitude"]?.array) {
                let numbers = try #require(row.doubles)
                let actual = NengoDiscretization.magnitude(decay: Int(numbers[0]), offset: Int(numbers[1]))
                // Both compute in double precision; libm's log and pow may differ in the last place.
                #expect(abs(actual - numbers[2]) <= 1e-12 * numbers[2], "decay \(numbers[0]), offset \(numbers[1])")
            }
        }
    }

    @Test func weights() throws {
        for file in Self.files {
            for object in try #require(file["discretize_weights"]?.array) {
                let bits = weightBits[try #require(object["weight_bits_code"]?.int)]
                #expect(bits == object["real_weight_bits"]?.int)
                let exponent = try #require(object["weight_exp"]?.int)
                let isMixed = object["fanout_type"]?.int == 1
                let actual = try #require(object["in"]?.doubles).map {
                    NengoDiscretization.weight($0, bits: bits, isMixed: isMixed, exponent: exponent)
                }
                #expect(actual == object["out"]?.ints, "\(bits) bits, exponent \(exponent), mixed \(isMixed)")
            }
        }
    }

    @Test func biases() throws {
        for file in Self.files {
            let object = try #require(file["bias_to_manexp"])
            let actual = try #require(object["bias"]?.doubles).map { NengoDiscretization.bias($0) }
            #expect(actual.map(\.mantissa) == object["mant"]?.ints)
            #expect(actual.map(\.exponent) == object["exp"]?.ints)
        }
    }

    @Test func memory() throws {
        for file in Self.files {
            for object in try #require(file["bits_per_axon"]?.array) {
                func value(_ key: String) throws -> Int { try #require(object[key]?.int) }
                let actual = NengoDiscretization.bits(
                    synapses: try value("n_weights"), weightBits: weightBits[try value("weight_bits")],
                    delayBits: object["delay_bits"]?.int ?? 0, indexBits: indexBits[try value("idx_bits")],
                    isSparse: try value("compression") == 0, perEntry: try value("n_synapses") + 1)
                #expect(actual == object["bits"]?.int, "\(object)")
            }
        }
    }
}
