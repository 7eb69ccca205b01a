/// Adds chosen rows of a matrix to `sums`: the hot loop of every emulator.
///
/// Rows are added in 16 bits, 64 columns at a time, so that a row costs one addition for every 8 columns; before 16 bits could
/// overflow, the partial sum is widened, shifted and added to the 32-bit sums.
///
/// - Parameters:
///   - matrix: [row][stride] vectors of 8 columns.
///   - rows: the rows to add; each may occur more than once.
///   - rowsPerSum: how many rows can be added in 16 bits.
///   - shift: left shift of the sums.
///   - sums: 8 · stride entries.
func sumRows(
    _ matrix: UnsafePointer<SIMD8<Int16>>, stride: Int, rows: UnsafePointer<Int32>, count: Int, rowsPerSum: Int, shift: Int32,
    into sums: UnsafeMutablePointer<Int32>
) {
    var column = 0
    while column < stride {
        let rest = stride &- column
        let isWide = rest >= 8
        var start = 0
        while start < count {
            let end = min(count, start &+ rowsPerSum)
            if isWide {
                var sum = (
                    SIMD8<Int16>.zero, SIMD8<Int16>.zero, SIMD8<Int16>.zero, SIMD8<Int16>.zero, SIMD8<Int16>.zero, SIMD8<Int16>.zero,
                    SIMD8<Int16>.zero, SIMD8<Int16>.zero
                )
                for index in start..<end {
                    let row = matrix + (Int(rows[index]) &* stride &+ column)
                    sum.0 &+= row[0]
                    sum.1 &+= row[1]
                    sum.2 &+= row[2]
                    sum.3 &+= row[3]
                    sum.4 &+= row[4]
                    sum.5 &+= row[5]
                    sum.6 &+= row[6]
                    sum.7 &+= row[7]
                }
                let target = sums + column &* 8
                widen(sum.0, shift, target)
                widen(sum.1, shift, target + 8)
                widen(sum.2, shift, target + 16)
                widen(sum.3, shift, target + 24)
                widen(sum.4, shift, target + 32)
                widen(sum.5, shift, target + 40)
                widen(sum.6, shift, target + 48)
                widen(sum.7, shift, target + 56)
            } else {
                for vector in column..<stride {
                    var sum = SIMD8<Int16>.zero
                    for index in start..<end { sum &+= matrix[Int(rows[index]) &* stride &+ vector] }
                    widen(sum, shift, sums + vector &* 8)
                }
            }
            start = end
        }
        column &+= 8
    }
}

/// Adds a 16-bit partial sum, shifted, to 8 sums.
@inline(__always)
private func widen(_ sum: SIMD8<Int16>, _ shift: Int32, _ target: UnsafeMutablePointer<Int32>) {
    for lane in 0..<8 { target[lane] &+= Int32(sum[lane]) &<< shift }
}
