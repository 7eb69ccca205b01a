import Diagnostics
import Networks

extension DataSet {
    /// Every image cropped and averaged down; further axes (channels) in front stay.
    func transformed(_ transform: ImageTransform, at place: SourceRange?) throws(DiagnosticsError) -> DataSet {
        guard sampleShape.count >= 2 else {
            throw fault("a sample of '\(name)' has the shape \(sampleShape), which is no image", place)
        }
        let image = Array(sampleShape.suffix(2))
        let crop = transform.crop ?? image
        let resize = transform.resize ?? crop
        guard crop[0] <= image[0], crop[1] <= image[1] else {
            throw fault("the transform crops \(crop) out of images of \(image)", place)
        }
        guard resize[0] <= crop[0], resize[1] <= crop[1] else {
            throw fault("the transform makes \(resize) of \(crop), and averaging makes images only smaller", place)
        }
        let rows = Self.shares(crop[0], to: resize[0]).map { ($0.index + (image[0] - crop[0]) / 2, $0.target, $0.share) }
        let columns = Self.shares(crop[1], to: resize[1]).map { ($0.index + (image[1] - crop[1]) / 2, $0.target, $0.share) }
        var result = self
        result.sampleShape = sampleShape.dropLast(2) + resize
        let resized = { (samples: DataSamples) in
            samples.resized(from: image, to: resize, planes: samples.sampleSize / (image[0] * image[1]), rows, columns)
        }
        // Both parts of a split share a table, and then share the new one.
        let isShared = train.table == test.table
        result.train = resized(train)
        result.test = isShared ? test.sharing(result.train) : resized(test)
        return result
    }

    /// How much of each source line each target line holds: overlaps of equal intervals, so that the shares of a target add to 1.
    private static func shares(_ count: Int, to target: Int) -> [(index: Int, target: Int, share: Double)] {
        let ratio = Double(count) / Double(target)
        var result: [(index: Int, target: Int, share: Double)] = []
        for t in 0..<target {
            let (begin, end) = (Double(t) * ratio, Double(t + 1) * ratio)
            for index in Int(begin)..<min(count, Int(end.rounded(.up))) {
                let overlap = min(Double(index + 1), end) - max(Double(index), begin)
                if overlap > 1e-9 { result.append((index, t, overlap / ratio)) }
            }
        }
        return result
    }

    private func fault(_ message: String, _ place: SourceRange?) -> DiagnosticsError {
        DiagnosticsError(
            Diagnostic(
                "data-transform", message, at: place,
                help: "crop no more than the image has, and resize to no more than is left; images are [rows, columns]"))
    }
}

extension DataSamples {
    fileprivate typealias Shares = [(Int, Int, Double)]

    /// The whole table in its new size, as floats in 0...1.
    fileprivate func resized(from image: [Int], to size: [Int], planes: Int, _ rows: Shares, _ columns: Shares) -> DataSamples {
        let count = table.count / sampleSize
        let (area, target) = (image[0] * image[1], size[0] * size[1])
        let values = [Float](unsafeUninitializedCapacity: count * planes * target) { buffer, filled in
            var sums = [Double](repeating: 0, count: target)
            for plane in 0..<count * planes {
                for i in 0..<target { sums[i] = 0 }
                for (row, targetRow, rowShare) in rows {
                    for (column, targetColumn, columnShare) in columns {
                        sums[targetRow * size[1] + targetColumn] += rowShare * columnShare * number(plane * area + row * image[1] + column)
                    }
                }
                for i in 0..<target { (buffer.baseAddress! + plane * target + i).initialize(to: Float(sums[i] / scale)) }
            }
            filled = count * planes * target
        }
        var result = self
        result.table = .floats(values)
        result.sampleSize = planes * target
        result.scale = 1
        return result
    }

    fileprivate func sharing(_ other: DataSamples) -> DataSamples {
        var result = self
        (result.table, result.sampleSize, result.scale) = (other.table, other.sampleSize, other.scale)
        return result
    }

    private func number(_ index: Int) -> Double {
        switch table {
        case .bytes(let values): Double(values[index])
        case .floats(let values): Double(values[index])
        case .doubles(let values): values[index]
        }
    }
}
