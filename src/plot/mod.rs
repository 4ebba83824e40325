//! Charts as SVG and PNG: points, lines, bars and their axes. Has never heard of customers.
