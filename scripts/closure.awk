# Prints the layer `l` and all that it may reach, the highest first: src/LAYERS
# is written from the bottom up, so one pass upwards and one down suffice.
!/^#/ && NF { name[++n] = $1; calls[n] = $2 }
END {
	want[l] = 1
	for (i = n; i > 0; i--)
		if (name[i] in want) {
			printf "%s ", name[i]
			m = split(calls[i], c, ",")
			for (j = 1; j <= m; j++)
				if (c[j] != "-")
					want[c[j]] = 1
		}
	print ""
}
