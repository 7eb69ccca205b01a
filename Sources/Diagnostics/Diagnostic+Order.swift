extension [Diagnostic] {
    /// In the order of the places: those without a place first, then by file, line and column; otherwise as they were.
    public func sortedByPlace() -> [Diagnostic] {
        let ordered = enumerated().sorted { left, right in
            guard let leftPlace = left.element.place, let rightPlace = right.element.place else {
                let leftIsPlaced = left.element.place != nil
                return leftIsPlaced == (right.element.place != nil) ? left.offset < right.offset : !leftIsPlaced
            }
            if leftPlace.file != rightPlace.file { return leftPlace.file < rightPlace.file }
            return (leftPlace.start, left.offset) < (rightPlace.start, right.offset)
        }
        return ordered.map(\.element)
    }
}
