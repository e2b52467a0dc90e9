{{/*
A Grafana dashboard (JSON model, schema 39) of a description under files/dashboards: (name, description). Three panels in a row.
*/}}
{{- define "muster.dashboard" -}}
{{- $source := dict "type" "prometheus" "uid" "${datasource}" -}}
{{- $of := "namespace=~\"$namespace\", release=~\"$release\"" -}}
{{- $panels := list -}}
{{- $y := 0 -}}
{{- $id := 1 -}}
{{- range $row := .description.rows -}}
{{- $panels = append $panels (dict "id" $id "type" "row" "title" $row.title "collapsed" false "panels" list "gridPos" (dict "x" 0 "y" $y "w" 24 "h" 1)) -}}
{{- $id = add $id 1 -}}
{{- $y = add $y 1 -}}
{{- range $i, $panel := $row.panels -}}
{{- $targets := list -}}
{{- range $legend, $expression := $panel.queries -}}
{{- $targets = append $targets (dict "refId" (printf "q%d" (len $targets)) "datasource" $source "expr" ($expression | replace "$of" $of) "legendFormat" $legend "exemplar" (default false $panel.exemplars)) -}}
{{- end -}}
{{- $made := dict
  "id" $id
  "type" (default "timeseries" $panel.kind)
  "title" $panel.title
  "description" (default "" $panel.description)
  "datasource" $source
  "targets" $targets
  "fieldConfig" (dict "defaults" (dict "unit" $panel.unit "min" 0) "overrides" list)
  "gridPos" (dict "x" (mul 8 $i) "y" $y "w" 8 "h" (ternary 4 8 (eq (default "" $panel.kind) "stat"))) -}}
{{- $panels = append $panels $made -}}
{{- $id = add $id 1 -}}
{{- end -}}
{{- $y = add $y 8 -}}
{{- end -}}
{{- $variables := list
  (dict "name" "datasource" "type" "datasource" "query" "prometheus" "label" "Source")
  (dict "name" "namespace" "type" "query" "datasource" $source "query" "label_values(process_uptime_seconds, namespace)" "refresh" 2 "includeAll" true "multi" true "allValue" ".*")
  (dict "name" "release" "type" "query" "datasource" $source "query" "label_values(process_uptime_seconds{namespace=~\"$namespace\"}, release)" "refresh" 2 "includeAll" true "multi" true "allValue" ".*") -}}
{{- dict
  "uid" (printf "muster-%s" .name)
  "title" (printf "Muster / %s" .description.title)
  "description" .description.description
  "tags" (list "muster")
  "schemaVersion" 39
  "version" 1
  "editable" false
  "refresh" "30s"
  "time" (dict "from" "now-3h" "to" "now")
  "templating" (dict "list" $variables)
  "panels" $panels | toPrettyJson -}}
{{- end -}}
