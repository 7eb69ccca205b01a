package import Numerics

/// Matrices whose columns (or rows, where those are fewer) stand at right angles: where targets propagate without loss.
package enum Orthogonality {
    /// 4 · strength · W offdiag(WᵀW): the gradient of strength · Σ_{i≠j} ((WᵀW)_ij)², rows being postsynaptic (Ahmad, van Gerven and
    /// Ambrogioni 2020, arXiv 2006.06438; the authors' W is the transpose).
    package static func gradient(_ layer: RateLayer, strength: Double) -> [Double] {
        let (rows, columns) = (layer.outputs, layer.inputs)
        guard rows >= columns else { return gradientOfRows(layer, strength: strength) }
        var gram = [Double](repeating: 0, count: columns * columns)
        Matrices.addProduct(
            m: columns, n: columns, k: rows, columns: layer.weights, width: columns, layer.weights, width: columns, to: &gram)
        for i in 0..<columns { gram[i * columns + i] = 0 }
        for i in gram.indices { gram[i] *= 4 * strength }
        var gradient = [Double](repeating: 0, count: rows * columns)
        Matrices.addProduct(m: rows, n: columns, k: columns, layer.weights, width: columns, gram, width: columns, to: &gradient)
        return gradient
    }

    /// 4 · strength · offdiag(W Wᵀ) W: with fewer rows than columns, only the rows can stand at right angles.
    private static func gradientOfRows(_ layer: RateLayer, strength: Double) -> [Double] {
        let (rows, columns) = (layer.outputs, layer.inputs)
        var gram = [Double](repeating: 0, count: rows * rows)
        Matrices.addProduct(
            m: rows, n: rows, k: columns, layer.weights, width: columns, transposed: layer.weights, width: columns, to: &gram)
        for i in 0..<rows { gram[i * rows + i] = 0 }
        for i in gram.indices { gram[i] *= 4 * strength }
        var gradient = [Double](repeating: 0, count: rows * columns)
        Matrices.addProduct(m: rows, n: columns, k: rows, gram, width: rows, layer.weights, width: columns, to: &gradient)
        return gradient
    }

    /// Rows that are orthonormal, and at right angles to `given` as far as there is room; drawn, then made so by Gram and Schmidt.
    ///
    /// - Parameter given: rows to start from, [given.count / width × width]; they are not returned.
    package static func rows(_ count: Int, width: Int, besides given: [Double] = [], random: Philox) -> [Double] {
        var basis: [[Double]] = []
        func orthogonal(_ row: [Double]) -> [Double]? {
            var row = row
            // Twice is enough (Kahan; Parlett 1980).
            for _ in 0..<2 {
                for other in basis.suffix(max(0, width)) {
                    var product = 0.0
                    for i in 0..<width { product += other[i] * row[i] }
                    for i in 0..<width { row[i] -= product * other[i] }
                }
            }
            var square = 0.0
            for value in row { square += value * value }
            guard square > 1e-12 else { return nil }
            let scale = 1 / square.squareRoot()
            return row.map { $0 * scale }
        }
        for first in stride(from: 0, to: given.count, by: width) where basis.count < width {
            if let row = orthogonal(Array(given[first..<first + width])) { basis.append(row) }
        }
        var rows: [Double] = []
        var draw = 0
        while rows.count < count * width {
            // A full basis starts anew: more rows than columns cannot all be at right angles.
            if basis.count >= width { basis = [] }
            let stream = random.split(draw)
            draw += 1
            if let row = orthogonal((0..<width).map { stream.normal($0) }) {
                basis.append(row)
                rows += row
            }
        }
        return rows
    }
}
