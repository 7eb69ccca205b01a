/// destination[0..<width] += Σ matrix[row · width ..< (row + 1) · width] over the listed rows, four at a time in the order of the list.
///
/// With spikes of a few per cent this beats a dense product by an order of magnitude.
func addRows<Real: TrainingScalar>(
    _ rows: UnsafePointer<Int32>, count: Int, of matrix: UnsafePointer<Real>, width: Int, to destination: UnsafeMutablePointer<Real>
) {
    var r = 0
    while r + 4 <= count {
        let first = matrix + Int(rows[r]) &* width
        let second = matrix + Int(rows[r + 1]) &* width
        let third = matrix + Int(rows[r + 2]) &* width
        let fourth = matrix + Int(rows[r + 3]) &* width
        for n in 0..<width { destination[n] += (first[n] + second[n]) + (third[n] + fourth[n]) }
        r += 4
    }
    while r < count {
        let row = matrix + Int(rows[r]) &* width
        for n in 0..<width { destination[n] += row[n] }
        r += 1
    }
}
