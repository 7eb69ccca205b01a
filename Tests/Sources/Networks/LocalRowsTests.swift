import Networks
import Numerics
import Testing

/// Convolutions and poolings against the direct loops over outputs, kernel entries and input channels.
@Suite struct LocalRowsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var input: [Int]
        var outputChannels: Int
        var convolution: Convolution
        var testDescription: String { "\(input) → \(outputChannels): \(convolution)" }
    }

    static let cases: [Case] = [
        Case(
            input: [1, 5, 5], outputChannels: 1,
            convolution: Convolution(kernel: [3, 3], stride: [1, 1], padding: [0, 0], dilation: [1, 1])),
        Case(
            input: [3, 8, 7], outputChannels: 4,
            convolution: Convolution(kernel: [3, 2], stride: [2, 1], padding: [1, 1], dilation: [1, 1])),
        Case(
            input: [2, 9, 9], outputChannels: 3,
            convolution: Convolution(kernel: [3, 3], stride: [1, 2], padding: [2, 0], dilation: [2, 3])),
        Case(
            input: [4, 6, 6], outputChannels: 8,
            convolution: Convolution(kernel: [2, 2], stride: [2, 2], padding: [0, 1], dilation: [1, 1], groups: 4)),
        Case(
            input: [6, 10, 4], outputChannels: 4,
            convolution: Convolution(kernel: [5, 1], stride: [3, 1], padding: [4, 0], dilation: [1, 1], groups: 2)),
        Case(input: [3, 20], outputChannels: 5, convolution: Convolution(kernel: [4], stride: [3], padding: [2], dilation: [2])),
        Case(
            input: [2, 11], outputChannels: 2, convolution: Convolution(kernel: [5], stride: [1], padding: [2], dilation: [1], groups: 2)),
    ]

    @Test(arguments: cases) func aConvolutionIsTheDirectOne(_ given: Case) {
        let convolution = given.convolution
        let channels = given.input[0]
        let spatial = Array(given.input.dropFirst())
        let output = convolution.outputSize(of: spatial)
        let perGroup = channels / convolution.groups
        let kernelSize = convolution.kernel.reduce(1, *)
        let kernel = (0..<given.outputChannels * perGroup * kernelSize).map { Float($0 % 17) - 7.5 }
        let rows = SynapseRows(
            ID(0),
            of: network(
                .convolution(convolution), pre: given.input, post: [given.outputChannels] + output,
                weight: .tensor(Tensor(shape: [given.outputChannels, perGroup] + convolution.kernel, values: kernel))))
        #expect(rows.parameterCount == kernel.count)
        let random = Philox(seed: 3, purpose: "input")
        let input = (0..<given.input.reduce(1, *)).map { random.uniform($0) - 0.5 }

        var fromRows = [Double](repeating: 0, count: rows.targetCount)
        for (source, row) in allRows(rows).enumerated() {
            #expect(row.count == rows.count(of: source))
            for k in 0..<row.count {
                fromRows[Int(row.targets[k])] += input[source] * Double(row.weights[k])
                #expect(kernel[Int(row.parameters[k])] == row.weights[k])
            }
        }

        let is1D = spatial.count == 1
        let (height, width) = is1D ? (1, spatial[0]) : (spatial[0], spatial[1])
        let (outHeight, outWidth) = is1D ? (1, output[0]) : (output[0], output[1])
        let (kernelHeight, kernelWidth) = is1D ? (1, convolution.kernel[0]) : (convolution.kernel[0], convolution.kernel[1])
        func axis(_ values: [Int], _ missing: Int) -> (Int, Int) { is1D ? (missing, values[0]) : (values[0], values[1]) }
        let (stride, padding, dilation) = (axis(convolution.stride, 1), axis(convolution.padding, 0), axis(convolution.dilation, 1))
        var synapses = 0
        for o in 0..<given.outputChannels {
            let group = o / (given.outputChannels / convolution.groups)
            for y in 0..<outHeight {
                for x in 0..<outWidth {
                    var sum = 0.0
                    for c in 0..<perGroup {
                        for ky in 0..<kernelHeight {
                            for kx in 0..<kernelWidth {
                                let (iy, ix) = (y * stride.0 - padding.0 + ky * dilation.0, x * stride.1 - padding.1 + kx * dilation.1)
                                guard iy >= 0, iy < height, ix >= 0, ix < width else { continue }
                                synapses += 1
                                sum +=
                                    input[((group * perGroup + c) * height + iy) * width + ix]
                                    * Double(kernel[((o * perGroup + c) * kernelHeight + ky) * kernelWidth + kx])
                            }
                        }
                    }
                    #expect(abs(fromRows[(o * outHeight + y) * outWidth + x] - sum) < 1e-12)
                }
            }
        }
        #expect(synapses == rows.synapseCount)
    }

    @Test(arguments: [Pooling.Kind.sum, .average]) func aPoolingSumsItsWindow(_ kind: Pooling.Kind) {
        let pooling = Pooling(kind, window: [3, 2], stride: [2, 2])
        let rows = SynapseRows(ID(0), of: network(.pooling(pooling), pre: [2, 7, 6], post: [2, 3, 3], weight: .constant(1.5)))
        #expect(rows.parameterCount == 0)
        var sums = [Double](repeating: 0, count: 18)
        for (source, row) in allRows(rows).enumerated() {
            for k in 0..<row.count { sums[Int(row.targets[k])] += Double(source) * Double(row.weights[k]) }
        }
        for c in 0..<2 {
            for y in 0..<3 {
                for x in 0..<3 {
                    var expected = 0.0
                    for dy in 0..<3 { for dx in 0..<2 { expected += Double((c * 7 + 2 * y + dy) * 6 + 2 * x + dx) } }
                    #expect(abs(sums[(c * 3 + y) * 3 + x] - expected * (kind == .sum ? 1.5 : 0.25)) < 1e-9)
                }
            }
        }
    }
}
