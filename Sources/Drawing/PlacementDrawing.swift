import Chips
public import Lowering

/// Draws where the parts of a network lie on a chip: cores in their place on the grid, coloured by how full they are, links between
/// routers as wide as their load, and a legend.
public struct PlacementDrawing: Sendable {
    public var summary: PlacementSummary

    public init(_ summary: PlacementSummary) { self.summary = summary }

    public var graph: Graph {
        switch summary.topology {
        case .mesh(let mesh): MeshDrawing(summary: summary, mesh: mesh).graph
        case .crossbar(let crossbar): CrossbarDrawing(summary: summary, crossbar: crossbar).graph
        case .hexagonalTorus(let torus): TorusDrawing(summary: summary, torus: torus).graph
        }
    }
}
